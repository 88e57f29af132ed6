import Foundation

/// A sum with its result, or why there is none.
package struct ArithmeticAnswer: Sendable, Hashable {
    /// As it was understood: "12 × 7".
    package let expression: String
    package let result: Result<Decimal, ArithmeticError>

    /// The result for people: "84", "1.5", "12,500"; nil when there is none.
    package var text: String? {
        guard case .success(let value) = result else { return nil }
        return DecimalFormat.text(value)
    }

    /// Whether digits were cut off, so that "about" should be said.
    package var isRounded: Bool {
        guard case .success(let value) = result else { return false }
        return DecimalFormat.round(value, places: 10) != value
    }
}

/// Understands and computes sums asked in digits and words.
package enum Arithmetic {
    /// Nil when the words are no sum: every word must belong to it or to a way of asking.
    package static func answer(_ words: [String], language: Language) -> ArithmeticAnswer? {
        guard words.count <= 400 else { return nil }
        let folded = words.map(WordFolding.fold)
        if let answer = computed(folded, language) { return answer }
        // ضرب دو: the last word was "give", not "two".
        guard let last = folded.last, NumberWords.match(folded: [last], at: 0, language: language)?.isWeak == true else {
            return nil
        }
        return computed(Array(folded.dropLast()), language)
    }

    private static func computed(_ words: [String], _ language: Language) -> ArithmeticAnswer? {
        guard let tokens = ArithmeticTokens.tokens(of: words, language: language),
            tokens.contains(where: { if case .number = $0 { true } else { false } })
        else { return nil }
        var parser = ArithmeticParser(tokens)
        guard let expression = parser.parse() else {
            return parser.isTooLong ? ArithmeticAnswer(expression: "…", result: .failure(.tooLong)) : nil
        }
        guard expression.isComputed else { return nil }
        do {
            return ArithmeticAnswer(expression: expression.text, result: .success(try expression.value()))
        } catch {
            return ArithmeticAnswer(expression: expression.text, result: .failure(error))
        }
    }
}
