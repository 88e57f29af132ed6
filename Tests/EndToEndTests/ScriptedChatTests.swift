import Foundation
import TestSupport
import Testing

/// A long conversation, half of it Urdu, piped into the program; at each `reopen` the program ends and a new one goes on.
@Suite(.timeLimit(.minutes(20))) struct ScriptedChatTests {
    struct Step: Decodable {
        var say: String?
        var reopen: Bool?
        var contains: [String]?
        var any: [String]?
        var lacks: [String]?
        /// `CATEGORY/key` to value when the program has ended; null for what must not be there.
        var rows: [String: String?]?
    }

    private struct Row: Decodable {
        var category: String
        var key: String
        var value: String
    }

    @Test("what was said in over forty turns is answered, stored, corrected and forgotten, and known after each restart")
    func scripted() async throws {
        let url = try #require(ConversationScripts.url("piped-sana"))
        let steps = try JSONDecoder().decode([Step].self, from: Data(contentsOf: url))
        let home = try Home()
        for part in steps.split(whereSeparator: { $0.reopen == true }) {
            let lines = part.compactMap(\.say)
            let ended = try await home.command("chat", input: lines.joined(separator: "\n") + "\n")
            #expect(ended.status == 0, "\(ended.errors)")
            let answers = ended.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
            try #require(answers.count == lines.count, "each utterance has one line of answer")
            for (step, answer) in zip(part, answers) { check(step, answer) }
            try await checkRows(Array(part), home)
        }
    }

    private func check(_ step: Step, _ answer: String) {
        let told = "\(step.say ?? "") -> \(answer)"
        #expect(!answer.isEmpty, "\(told)")
        for text in step.contains ?? [] { #expect(answer.contains(text), "\(text) is missing: \(told)") }
        for text in step.lacks ?? [] { #expect(!answer.contains(text), "\(text) is too much: \(told)") }
        if let any = step.any { #expect(any.contains { answer.contains($0) }, "none of \(any): \(told)") }
    }

    /// What the store holds at the end of a part: for each slot, what was expected of it last.
    private func checkRows(_ steps: [Step], _ home: Home) async throws {
        let list = try await home.command("memory", "list", "--json", "--limit", "1000")
        let rows = try JSONDecoder().decode([Row].self, from: Data(list.output.utf8))
        let values = Dictionary(rows.map { ("\($0.category)/\($0.key)", $0.value) }) { first, _ in first }
        var expected: [String: String?] = [:]
        for step in steps { expected.merge(step.rows ?? [:]) { _, last in last } }
        for (slot, value) in expected { #expect(values[slot] == value, "\(slot)") }
    }
}
