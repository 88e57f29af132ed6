/// Leaves out what a model writes for itself before it answers: models that think aloud put it between `<think>` and `</think>`, and
/// not every server takes it away.
struct ThoughtFilter {
    private enum State {
        /// What may be the beginning of a thought.
        case undecided(String)
        /// In a thought that ends with the mark; the end of it so far.
        case thinking(until: String, String)
        case answering
    }

    private static let marks = ["<think>": "</think>", "<thinking>": "</thinking>"]
    private var state = State.undecided("")

    /// What belongs to the answer, as far as that is known.
    mutating func add(_ piece: String) -> String {
        switch state {
        case .answering: return piece
        case .undecided(let held):
            let text = held + piece
            let begun = text.drop(while: \.isWhitespace)
            if let (mark, end) = Self.marks.first(where: { begun.hasPrefix($0.key) }) {
                state = .thinking(until: end, "")
                return add(String(begun.dropFirst(mark.count)))
            }
            if Self.marks.keys.contains(where: { $0.hasPrefix(begun) }) {
                state = .undecided(text)
                return ""
            }
            state = .answering
            return text
        case .thinking(let end, let held):
            let text = held + piece
            guard let found = text.firstRange(of: end) else {
                // Only a part of the mark may still be needed.
                state = .thinking(until: end, String(text.suffix(end.count)))
                return ""
            }
            state = .answering
            return String(text[found.upperBound...])
        }
    }

    /// What was held back at the end. A thought that does not end is no answer.
    mutating func finish() -> String {
        guard case .undecided(let held) = state else { return "" }
        state = .answering
        return held
    }
}
