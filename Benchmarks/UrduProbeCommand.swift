import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

/// Memories as the cloud writes them (English key, Urdu value), asked for in Urdu, Roman Urdu and English.
struct UrduProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "urdu-probe", abstract: "Hits for memories with Urdu values, asked for in three ways of writing.",
        discussion: """
            The file has one memory a line, separated by tabs: category, key, value, question in Urdu, in Roman Urdu, in English.
            Example: companion-bench urdu-probe urdu-probe.tsv
            """)

    @Argument(help: "The probe file (TSV).")
    var file: String

    @Flag(help: "List the questions whose memory is not among the first five.")
    var misses = false

    func run() async throws {
        let text = String(decoding: try evaluationData(at: file, called: "probe"), as: UTF8.self)
        let rows = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        .filter { $0.count >= 6 }
        guard !rows.isEmpty else { throw ValidationError("\(file) has no line with six columns.") }
        try await withScratchStore { store, _ in
            try await store.write { transaction in
                _ = try transaction.ensureProfile()
                for row in rows {
                    _ = try transaction.saveMemory(
                        category: MemoryCategory(validating: row[0]), key: MemoryKey(validating: row[1]), value: row[2],
                        provenance: Provenance(source: .said))
                }
            }
            let retriever = Retriever(lexicon: try ConceptLexicon.bundled())
            let misses = misses
            try await store.read { view in
                for (column, name) in [(3, "Urdu"), (4, "Roman Urdu"), (5, "English")] {
                    var ranks: [Int?] = []
                    for row in rows {
                        let hits = try retriever.search(
                            RetrievalRequest(row[column], limit: 5), in: view, now: SystemWallClock().now())
                        let rank = hits.firstIndex { $0.memory?.key == row[1] && $0.memory?.category.rawValue == row[0] }
                        ranks.append(rank)
                        if misses, rank == nil {
                            print("  missed: \(row[column])  [\(row[1]): \(row[2])]  found \(hits.compactMap { $0.memory?.key })")
                        }
                    }
                    let hit = { (k: Int) in percent(mean(ranks.map { ($0 ?? k) < k ? 1 : 0 })) }
                    print(
                        "\(name.padding(toLength: 11, withPad: " ", startingAt: 0)) hit@1/3/5  \(hit(1)) / \(hit(3)) / \(hit(5))   n=\(rows.count)"
                    )
                }
            }
        }
    }
}
