import LocalStore

/// Whether a model may store something: only what the person said in this turn, and never over what the person said before.
enum MemoryWriteGate {
    /// Why not, as told to the model; nil when it may.
    static func refusal(of input: MemoryInput, standing: Memory?, turn: ToolTurn) -> String? {
        guard turn.isTelling else { return "The person asked something and told nothing that could be stored." }
        let stands = stands(input.value, in: turn.said)
        guard stands else { return "Store only what the person said just now, in their own words and script." }
        if let standing, standing.provenance.source == .said, standing.provenance.messageID == turn.messageID {
            return "The device has stored that already: \(standing.value)"
        }
        return nil
    }

    /// Whether most of the words of a value stand in what was said.
    static func stands(_ value: String, in said: String) -> Bool {
        let words = TextNormalizer.tokens(value).filter { $0.count > 1 || $0.allSatisfy(\.isNumber) }
        guard !words.isEmpty else { return false }
        let spoken = TextNormalizer.tokens(said)
        let found = words.count { word in spoken.contains { alike(word, $0) } }
        return found * 3 >= words.count * 2
    }

    /// Whether some word that says something stands in both.
    static func isSpokenOf(_ text: String, in said: String) -> Bool {
        let spoken = TextNormalizer.indexTerms(said)
        return TextNormalizer.indexTerms(text).contains { word in word.count > 2 && spoken.contains { alike(word, $0) } }
    }

    /// "teacher" and "teachers", "cooked" and "cooking".
    private static func alike(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        let shared = zip(left, right).prefix { $0 == $1 }.count
        return shared >= 4 && shared * 3 >= max(left.count, right.count) * 2
    }
}
