import CompanionServices
import LocalStore

/// Puts the reasons for an answer into words.
struct ExplanationLines {
    private static let mostFound = 3

    let lines: [String]

    init(_ explanation: Explanation, moments: Moments) {
        var lines: [String] = []
        if let utterance = explanation.utterance { lines.append("You said: \(utterance)") }
        lines.append("I said: \(explanation.reply)")
        for act in explanation.acts {
            lines.append("  understood  \(act.name) in '\(act.text)'" + (act.pattern.map { " by \($0)" } ?? ""))
        }
        if !explanation.rules.isEmpty { lines.append("  rules       \(explanation.rules.joined(separator: ", "))") }
        for memory in explanation.memories {
            let since = memory.date.map { " (\(moments.text($0)))" } ?? ""
            let said = memory.said.map { ", from your words '\($0)'" } ?? ""
            lines.append(
                "  memory      \(memory.category.rawValue) \(memory.key): \(memory.value ?? "forgotten since")\(since)\(said)")
        }
        for found in explanation.found.prefix(Self.mostFound) {
            let words = found.words.isEmpty ? nil : "through \(found.words.joined(separator: ", "))"
            let how = [words, found.meaning.map { _ in "by its meaning" }].compactMap(\.self).joined(separator: " and ")
            lines.append("  found       \(found.kind) '\(found.text)'\(how.isEmpty ? "" : " " + how)")
        }
        for use in explanation.heard { lines.append("  heard by    \(Self.line(use))") }
        for use in explanation.route { lines.append("  asked       \(Self.line(use))") }
        for use in explanation.spoken { lines.append("  spoken by   \(Self.line(use))") }
        self.lines = lines.map(PrintableText.visible)
    }

    /// "cloud (gpt-4o-mini): broke off, after 0.4 s to the first words, 1.9 s in all, 812 and 41 tokens".
    private static func line(_ use: RungUse) -> String {
        var text = use.rung + (use.model.map { " (\($0))" } ?? "") + ": " + words(for: use.outcome)
        if let why = use.why { text += ", \(why)" }
        if let first = use.firstWords { text += ", first words after \(seconds(first))" }
        if let took = use.took, use.outcome != .skipped { text += ", \(seconds(took)) in all" }
        if let usage = use.usage {
            text += ", \(usage.isEstimated ? "about " : "")\(usage.prompt) tokens read and \(usage.answer) said"
        }
        return text
    }

    private static func words(for outcome: RungUse.Outcome) -> String {
        switch outcome {
        case .answered: "answered"
        case .broke: "began and did not end"
        case .failed: "failed"
        case .late: "was too late"
        case .slower: "was slower"
        case .skipped: "was not asked"
        }
    }

    private static func seconds(_ milliseconds: Int) -> String { "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" }
}
