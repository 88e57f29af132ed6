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
            let words = found.words.isEmpty ? "" : " through \(found.words.joined(separator: ", "))"
            lines.append("  found       \(found.kind) '\(found.text)'\(words)")
        }
        self.lines = lines.map(PrintableText.visible)
    }
}
