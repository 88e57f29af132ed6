import LocalStore

/// Finds values that must not stay anywhere in texts made from them.
struct ErasedText: Sendable {
    private let values: [[String]]

    init(_ values: some Sequence<String>) {
        self.values = values.map(TextNormalizer.tokens).filter { !$0.isEmpty }
    }

    /// Whole words, in order, whatever their spelling variant.
    func isMentioned(in text: String) -> Bool {
        let tokens = TextNormalizer.tokens(text)
        return values.contains { value in
            tokens.indices.contains { start in tokens[start...].starts(with: value) }
        }
    }
}
