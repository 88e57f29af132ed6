import LocalStore

/// The words a conversation kept coming back to.
struct TopicFinder: Sendable {
    private let ignored: Set<String>
    private let lexicon: SignalLexicon

    init(ignored: [String], lexicon: SignalLexicon) {
        self.lexicon = lexicon
        self.ignored = Set(ignored.flatMap(TextNormalizer.tokens).map(TextNormalizer.stem))
    }

    /// At most `ConversationDigest.maximumTopics`, the most frequent first, then the earliest; spelled as first written. Words
    /// in `emphasised` texts, and words for things that matter by themselves, count more; the person's name is none.
    func topics(in texts: [String], emphasised: [String], except name: String? = nil) -> [String] {
        let own = Set(name.map(TextNormalizer.indexTerms) ?? [])
        struct Topic {
            let spelling: String
            let order: Int
            var weight: Double
        }
        var found: [String: Topic] = [:]
        for text in texts {
            var counted: Set<String> = []
            for word in Self.words(text) {
                guard let term = term(word), !own.contains(term) else { continue }
                // Saying a word twice in one breath makes it no more of a topic.
                let weight = counted.insert(term).inserted ? 1.0 : 0.25
                let order = found.count
                found[term, default: Topic(spelling: word, order: order, weight: 0)].weight += weight
            }
        }
        let emphasis = Set(
            emphasised.flatMap { fact in
                Self.words(fact.split(separator: ":", maxSplits: 1).last.map(String.init) ?? fact).compactMap(term)
            })
        let ranked = found.compactMap { term, topic -> (spelling: String, order: Int, weight: Double)? in
            let signals = lexicon.signals(in: topic.spelling)
            // A feeling is the tone, not the topic.
            guard signals.isDisjoint(with: [.positive, .negative, .thanks, .goodbye]) else { return nil }
            var weight = topic.weight
            if emphasis.contains(term) { weight += 0.5 }
            if signals.contains(.important) { weight += 0.75 }
            return (topic.spelling, topic.order, weight)
        }
        .sorted { ($0.weight, -$0.order) > ($1.weight, -$1.order) }
        return ranked.prefix(ConversationDigest.maximumTopics).map(\.spelling)
    }

    /// The stem of a word that can be a topic.
    private func term(_ word: String) -> String? {
        guard let term = TextNormalizer.indexTerms(word).first, !ignored.contains(term) else { return nil }
        guard !term.allSatisfy(\.isNumber) else { return nil }
        let isLatin = term.utf8.allSatisfy { $0 < 0x80 }
        return term.count >= (isLatin ? 4 : 3) || word.first?.isUppercase == true && term.count >= 3 ? term : nil
    }

    private static func words(_ text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "’" || $0 == "\u{200C}") }.map(String.init)
    }
}
