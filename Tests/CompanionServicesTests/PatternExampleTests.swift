import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite("Patterns: the examples in the data files")
struct PatternExampleTests {

    @Test("Every example of every pattern gives the acts it promises", arguments: Language.allCases)
    func examples(language: Language) throws {
        let directory = try BrainData.directory()
        let understander = try Understander()
        var failures: [String] = []
        var count = 0
        for file in try PatternLibrary.patternFiles(language, in: directory) {
            let content: PatternExamples = try PatternLibrary.read(directory, file)
            for entry in content.patterns ?? [] {
                for (text, expected) in (entry.examples ?? [:]).sorted(by: { $0.key < $1.key }) {
                    count += 1
                    let result = try understander.understand(text, context: UnderstandingFixture.context(previous: language))
                    let found = result.acts.map(\.summary).joined(separator: " | ")
                    if found != expected { failures.append("\(entry.id): \"\(text)\" gave \(found), not \(expected)") }
                }
                for text in entry.never ?? [] {
                    let result = try understander.understand(text, context: UnderstandingFixture.context(previous: language))
                    if result.clauses.contains(where: { $0.pattern == entry.id }) {
                        failures.append("\(entry.id): must not act on \"\(text)\"")
                    }
                }
            }
        }
        #expect(failures.isEmpty, "\(failures.count) of \(count):\n\(failures.joined(separator: "\n"))")
    }
}

/// The moment and place in which the tests speak.
enum UnderstandingFixture {
    static func context(
        previous: Language? = nil, lastFact: ExtractedFact? = nil, mentioned: [PersonReference] = [],
        known: [PersonReference] = [],
        pending: PendingQuestion? = nil
    ) -> UnderstandingContext {
        UnderstandingContext(
            // Monday, 23 November 2026, 15:00 in Karachi.
            now: Timestamp(milliseconds: 1_795_428_000_000), timeZone: TimeZone(identifier: "Asia/Karachi") ?? .gmt,
            previousLanguage: previous, lastFact: lastFact, mentioned: mentioned, known: known, pendingQuestion: pending)
    }

    static var context: UnderstandingContext { context() }
}
