import LocalStore

/// Summarises by choosing: the person's most telling sentences, word for word, with the topics before them.
///
/// Nothing is invented and nothing drifts: a sentence stays as it was said until more telling ones need its room.
package struct ExtractiveSummarizer: ConversationSummarizing {
    private struct Candidate {
        let text: String
        let score: Double
        let order: Int
        let words: Int
    }

    /// Longest quotation, in words.
    private static let sentenceWords = 30
    /// Sentences with fewer words that carry meaning say too little by themselves.
    private static let leastTerms = 2
    /// What an older sentence's score is worth beside a new one.
    private static let fading = 0.85

    private let lexicon: SignalLexicon
    private let topics: TopicFinder
    private let phrases: SummaryPhrases
    private let smallTalk: Set<String>

    package init(lexicon: SignalLexicon) throws(ServiceError) {
        self.lexicon = lexicon
        phrases = try ServiceData.load(SummaryPhrases.self, from: "summary")
        topics = TopicFinder(ignored: phrases.ignoredTopics, lexicon: lexicon)
        smallTalk = Set(phrases.smallTalk.flatMap(TextNormalizer.indexTerms))
    }

    package func digest(_ request: SummaryRequest) async throws -> ConversationDigest? {
        condense(request)
    }

    func condense(_ request: SummaryRequest) -> ConversationDigest? {
        let style = phrases.style(for: request.language)
        let said = request.turns.map(\.user)
        let found = topics.topics(in: said, emphasised: request.facts, except: request.name)
        let allTopics = Self.merged(found, request.previous?.topics ?? [], limit: ConversationDigest.maximumTopics)
        let opener = allTopics.isEmpty ? "" : style.opener(topics: allTopics)
        let budget = ConversationDigest.maximumWords - Self.wordCount(opener) - Self.wordCount(style.quoting)

        let older = request.previous.map { style.quotations(in: $0.text) } ?? []
        let newer = said.flatMap(Self.sentences)
        var seen: Set<String> = []
        var candidates: [Candidate] = []
        for (index, text) in (older + newer).enumerated() {
            let fresh = index >= older.count
            guard seen.insert(TextNormalizer.normalize(text)).inserted, let score = score(text) else { continue }
            candidates.append(
                Candidate(text: text, score: fresh ? score : score * Self.fading, order: index, words: Self.wordCount(text)))
        }
        guard !candidates.isEmpty else { return nil }

        var chosen: [Candidate] = []
        var room = budget
        for candidate in candidates.sorted(by: { ($0.score, $0.order) > ($1.score, $1.order) }) where candidate.words <= room {
            chosen.append(candidate)
            room -= candidate.words
        }
        let quoted = chosen.sorted { $0.order < $1.order }.map { style.quote($0.text) }
        let text = [opener, style.quoting + " " + quoted.joined(separator: style.separator) + style.end]
        return ConversationDigest(
            text: text.filter { !$0.isEmpty }.joined(separator: " "), topics: allTopics,
            facts: Self.mergedFacts(request.facts, request.previous?.facts ?? []),
            tone: tone(of: said) ?? request.previous?.tone ?? "neutral")
    }

    /// How telling a sentence is; nil if it says too little to be kept.
    private func score(_ sentence: String) -> Double? {
        let tokens = TextNormalizer.tokens(sentence)
        let terms = TextNormalizer.indexTerms(ofTokens: tokens).filter { !smallTalk.contains($0) }
        guard terms.count >= Self.leastTerms else { return nil }
        let signals = lexicon.signals(inTokens: tokens)
        var score = min(1.5, Double(terms.count) * 0.15)
        if signals.contains(.important) { score += 2 }
        if signals.contains(.disclosure) { score += 1.5 }
        if signals.contains(.positive) || signals.contains(.negative) || signals.contains(.distress) { score += 1.5 }
        if signals.contains(.unfinished) { score += 1 }
        if !signals.isDisjoint(with: Signal.sensitive) { score += 1 }
        if signals.contains(.goodbye) || signals.contains(.thanks) { score -= 1 }
        if tokens.contains(where: { $0.contains(where: \.isNumber) }) { score += 0.5 }
        if sentence.last.map({ "?؟".contains($0) }) == true { score -= 1.5 }
        return score > 0 ? score : nil
    }

    /// Nil when nothing was said with feeling.
    private func tone(of said: [String]) -> String? {
        let all = said.map(lexicon.signals(in:))
        let positive = all.count { $0.contains(.positive) || $0.contains(.thanks) }
        let negative = all.count { $0.contains(.negative) || $0.contains(.distress) || $0.contains(.discomfort) }
        switch (positive, negative) {
        case (0, 0): return nil
        case (1..., 0): return "positive"
        case (0, 1...): return "negative"
        default: return positive > 2 * negative ? "positive" : negative > 2 * positive ? "negative" : "mixed"
        }
    }

    private static func merged(_ newer: [String], _ older: [String], limit: Int) -> [String] {
        var seen: Set<String> = []
        return (newer + older).filter { seen.insert(TextNormalizer.normalize($0)).inserted }.prefix(limit).map { $0 }
    }

    /// A fact with the same name takes the older one's place.
    private static func mergedFacts(_ newer: [String], _ older: [String]) -> [String] {
        var seen: Set<String> = []
        let kept = (newer + older).filter { fact in
            let name = fact.split(separator: ":", maxSplits: 1).first.map(String.init) ?? fact
            return seen.insert(name).inserted
        }
        return Array(kept.prefix(ConversationDigest.maximumFacts))
    }

    /// A message as sentences, without marks of quotation, none longer than can be quoted.
    private static func sentences(_ message: String) -> [String] {
        var sentences: [String] = []
        var current = ""
        func finish() {
            let words = current.filter { !"“”«»".contains($0) }.split(whereSeparator: \.isWhitespace)
            current = ""
            guard !words.isEmpty else { return }
            let isLong = words.count > sentenceWords
            sentences.append(words.prefix(sentenceWords).joined(separator: " ") + (isLong ? "…" : ""))
        }
        let characters = Array(MemoryInput.clean(message.replacing("\n", with: "۔ ")))
        for (index, character) in characters.enumerated() {
            let isEnd = ".!?۔؟".contains(character)
            let endsWord = index + 1 == characters.count || characters[index + 1].isWhitespace
            if isEnd, endsWord || character == "۔" {
                if "?؟!".contains(character) { current.append(character) }
                finish()
            } else {
                current.append(character)
            }
        }
        finish()
        return sentences
    }

    private static func wordCount(_ text: String) -> Int {
        text.split(whereSeparator: \.isWhitespace).count
    }
}
