/// Tells from the verbs whether a sentence speaks of what was or of what will be.
///
/// Needed where the word for a day does not say: کل is yesterday and tomorrow, "on friday" the last and the next one.
struct TenseDetector: Sendable {
    let language: Language

    /// The tense of the clause around `range`; nil when nothing tells.
    func tense(ofFolded words: [String], around range: Range<Int>) -> Tense? {
        // No clause is longer; keeps a huge text with many times linear.
        let reach = max(0, range.lowerBound - 40)..<min(words.count, range.upperBound + 40)
        let words = words[reach]
        switch language {
        case .english: return englishTense(words)
        case .urdu, .romanUrdu:
            let lexicon = language == .urdu ? TenseLexicon.urdu : TenseLexicon.romanUrdu
            let clause = clause(around: range, in: words, lexicon)
            if let tense = urduTense(clause, lexicon) { return tense }
            return language == .romanUrdu ? englishTense(clause) : nil
        }
    }

    /// Urdu ends its clause with the verb: from the last boundary before the time to the first one after it.
    private func clause(around range: Range<Int>, in words: ArraySlice<String>, _ lexicon: TenseLexicon) -> ArraySlice<String> {
        let start = words[..<range.lowerBound].lastIndex(where: lexicon.boundaries.contains).map { $0 + 1 } ?? words.startIndex
        let end = words[range.upperBound...].firstIndex(where: lexicon.boundaries.contains) ?? words.endIndex
        let clause = words[start..<end]
        // کل پیر اور منگل کو …: a piece without verb takes the rest of the sentence.
        return urduTense(clause, lexicon) == nil ? words[start...] : clause
    }

    private func urduTense(_ clause: ArraySlice<String>, _ lexicon: TenseLexicon) -> Tense? {
        if clause.contains(where: { lexicon.future.contains($0) || lexicon.hasFutureEnding($0) }) { return .future }
        if clause.contains(where: lexicon.past.contains) { return .past }
        var verbs = clause
        while let last = verbs.last, lexicon.fillers.contains(last) { verbs = verbs.dropLast() }
        let hasCopula = verbs.last.map(lexicon.copulas.contains) ?? false
        if hasCopula { verbs = verbs.dropLast() }
        guard let verb = verbs.last else { return nil }
        if lexicon.imperatives.contains(verb) { return .future }
        if hasCopula, lexicon.isImperfective(verb) || lexicon.progressive.contains(verb) || lexicon.isInfinitive(verb) {
            return .future
        }
        if !hasCopula, lexicon.isInfinitive(verb) { return .future }
        // نہیں جا رہا leaves the copula out.
        if lexicon.progressive.contains(verb), let stem = verbs.dropLast().last, lexicon.stems.contains(stem) { return .future }
        if lexicon.perfective.contains(verb) { return .past }
        if clause.contains(where: lexicon.agent.contains) { return .past }
        return nil
    }

    private func englishTense(_ words: ArraySlice<String>) -> Tense? {
        for word in words {
            if TenseLexicon.englishFuture.contains(word) { return .future }
            if TenseLexicon.englishPast.contains(word) { return .past }
        }
        let hasRegularPast = words.contains { $0.utf8.count > 4 && $0.ends(with: "ed") && !TenseLexicon.notPast.contains($0) }
        return hasRegularPast ? .past : nil
    }
}
