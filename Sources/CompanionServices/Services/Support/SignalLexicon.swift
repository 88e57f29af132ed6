import LocalStore

/// What a sentence gives away about the conversation, beside what it says.
enum Signal: String, Sendable, Hashable, CaseIterable, Codable {
    case goodbye, unfinished, important, positive, negative
    case sensitiveHealth = "sensitive_health"
    case sensitiveFinance = "sensitive_finance"
    case sensitiveRelationships = "sensitive_relationships"
    case disclosure, acceptance, depth, curiosity, thanks, deflection, discomfort, lighter, distress

    /// Subjects that only the person brings up.
    static let sensitive: Set<Signal> = [.sensitiveHealth, .sensitiveFinance, .sensitiveRelationships]
}

/// Finds signals by words and phrases of a data file; English, Urdu and Roman Urdu together, because people mix them.
///
/// Spelling variants that ``TextNormalizer`` unifies count as one. A `*` ends a word of which only the beginning matters. Make one
/// and share it: it is the same for everybody.
package struct SignalLexicon: Sendable {
    private struct Phrase: Sendable {
        let signal: Signal
        let words: [Word]
    }

    private struct Word: Sendable {
        let text: String
        let isPrefix: Bool

        func matches(_ token: String) -> Bool {
            isPrefix ? token.hasPrefix(text) : token == text
        }
    }

    /// By the first three letters of the first word, so that a sentence is compared with few phrases.
    private let phrases: [String: [Phrase]]

    package init() throws(ServiceError) {
        let lists = try ServiceData.load([String: [String]].self, from: "signals")
        var phrases: [String: [Phrase]] = [:]
        for (name, list) in lists {
            guard let signal = Signal(rawValue: name) else {
                throw ServiceError(.programData, "the data file signals.json names an unknown signal '\(name)'")
            }
            for text in list {
                let words = text.split(separator: " ").flatMap { part -> [Word] in
                    let isPrefix = part.hasSuffix("*")
                    return TextNormalizer.tokens(String(part)).map { Word(text: $0, isPrefix: isPrefix) }
                }
                guard let first = words.first, Self.bucket(first.text).count == min(3, first.text.count) else {
                    throw ServiceError(.programData, "the data file signals.json holds an empty phrase under '\(name)'")
                }
                phrases[Self.bucket(first.text), default: []].append(Phrase(signal: signal, words: words))
            }
        }
        self.phrases = phrases
    }

    func signals(in text: String) -> Set<Signal> {
        signals(inTokens: TextNormalizer.tokens(text))
    }

    func signals(inTokens tokens: [String]) -> Set<Signal> {
        var found: Set<Signal> = []
        for start in tokens.indices {
            for phrase in phrases[Self.bucket(tokens[start])] ?? [] where !found.contains(phrase.signal) {
                guard phrase.words.count <= tokens.count - start else { continue }
                let matches = zip(phrase.words, tokens[start...]).allSatisfy { $0.matches($1) }
                if matches { found.insert(phrase.signal) }
            }
        }
        return found
    }

    private static func bucket(_ word: String) -> String { String(word.prefix(3)) }
}
