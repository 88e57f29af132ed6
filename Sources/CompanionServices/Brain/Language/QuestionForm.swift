/// Telling questions from statements, and turning yes/no questions into the statements they ask about.
enum QuestionForm {
    /// Whether the words make a question, whatever the punctuation.
    static func isQuestion(_ clause: ClauseText) -> Bool {
        var position = 0
        while position < clause.count, clause.classes[position].contains(.filler) || clause.isComma(position) { position += 1 }
        guard position < clause.count else { return false }
        if clause.lexicon.language == .english { return isEnglish(clause, position) }
        return clause.ids.indices.contains { clause.classes[$0].contains(.question) && !isDid($0, clause) }
    }

    private static func isEnglish(_ clause: ClauseText, _ position: Int) -> Bool {
        let first = clause.classes[position]
        guard position + 1 < clause.count else { return first.contains(.question) }
        // "when I was young", "what I like is tea": no questions by themselves.
        if first.contains(.question) { return clause.classes[position + 1].isDisjoint(with: [.subject, .possessive]) }
        guard first.contains(.auxiliary) else { return false }
        // "don't you like", but "don't forget"
        let subject = clause.classes[position + 1].contains(.negation) ? position + 2 : position + 1
        guard subject < clause.count else { return false }
        return !clause.classes[subject].isDisjoint(with: [.subject, .possessive, .youWord, .article, .selfWord])
            || !PersonReader(clause: clause).nameEnds(at: subject, mustBeKnown: true).isEmpty
    }

    /// Urdu کیا is "what" or "did": with نے before it and nothing but auxiliaries after it, it is "did".
    private static func isDid(_ index: Int, _ clause: ClauseText) -> Bool {
        guard clause.classes[index].contains(.finite) else { return false }
        let isErgative = clause.classes[..<index].contains { $0.contains(.ergative) }
        let isLast = clause.classes[(index + 1)...].allSatisfy { !$0.isDisjoint(with: [.clauseEnd, .filler]) }
        return isErgative && isLast
    }

    /// The statements a yes/no question may ask about, most likely first.
    static func statements(_ clause: ClauseText) -> [[Token]] {
        var tokens = clause.tokens
        while let first = tokens.first, first.kind == .punctuation { tokens.removeFirst() }
        if clause.lexicon.language != .english {
            // کیا مجھے چائے پسند ہے؟
            let rest = clause.tokens.indices.filter {
                !(clause.classes[$0].contains(.question) && clause.classes[$0].contains(.finite))
            }
            return [rest.map { clause.tokens[$0] }]
        }
        guard let first = tokens.first, let offset = clause.tokens.firstIndex(of: first) else { return [] }
        if ["do", "does"].contains(first.normal) { return [Array(tokens.dropFirst())] }
        // "did I go" has lost the past of its verb.
        if first.normal == "did" { return [] }
        guard clause.classes[offset].contains(.auxiliary) else { return [tokens] }
        return clause.readings(of: .subject, at: offset + 1).map { reading in
            Array(clause.tokens[(offset + 1)..<reading.end]) + [first] + Array(clause.tokens[reading.end...])
        }
    }

    /// The content words of a clause, as written.
    static func topic(_ clause: ClauseText) -> [String] {
        let empty: WordClass = [
            .stop, .question, .finite, .filler, .article, .possessive, .subject, .negation, .postposition, .auxiliary,
            .conjunction,
            .selfWord, .youWord,
        ]
        let times = clause.times.filter { $0.time != nil }.map(\.range)
        return clause.tokens.indices.filter { index in
            guard !times.contains(where: { $0.contains(index) }) else { return false }
            let token = clause.tokens[index]
            guard token.kind == .word else { return token.kind != .punctuation && token.kind != .symbol }
            return clause.classes[index].isDisjoint(with: empty) && !token.original.isEmpty && token.normal != "'s"
        }.map { clause.tokens[$0].original }
    }

    /// A question no pattern knows: about the person's own life if it mentions them, otherwise about the world.
    static func unmatched(_ clause: ClauseText, resolver: PersonResolver) -> SpeechAct {
        let lexicon = clause.lexicon
        let isPersonal =
            clause.classes.contains { $0.contains(.selfWord) } || clause.readings(of: .subject, at: 0).contains { $0.isSpeaker }
        let about = (0..<clause.count).lazy.flatMap { clause.readings(of: .of, at: $0) + clause.readings(of: .subject, at: $0) }
            .first { !$0.links.isEmpty || $0.name != nil || resolver.isKnown($0, in: clause) }
        let wantsAdvice = clause.ids.contains { lexicon.adviceWords.contains($0) }
        let asksHow =
            clause.lexicon.language == .english && clause.words.starts(with: ["how"]) && clause.words.count > 1
            && ["do", "to", "does", "about"].contains(clause.words[1])
        let toCompanion = clause.classes.contains { $0.contains(.youWord) } && about == nil
        guard (isPersonal || about != nil), !wantsAdvice, !asksHow, !(toCompanion && !isPersonal) else { return .openQuestion }
        var person: PersonReference?
        if let about, case .person(let reference) = resolver.resolve(about, in: clause) { person = reference }
        let topic = topic(clause)
        guard !topic.isEmpty || person != nil else { return .openQuestion }
        var slots = topic.prefix(4).map { SlotPattern(nil, "*\(KeySlug.ascii($0))*") }.filter { $0.key.count > 4 }
        if let person { slots += [SlotPattern(nil, person.key), SlotPattern(nil, person.key + "_*")] }
        return .question(
            MemoryQuestion(
                kind: kind(clause), slots: slots, topic: topic, about: person, time: clause.times.compactMap(\.time).first))
    }

    static func kind(_ clause: ClauseText) -> MemoryQuestion.Kind {
        for (words, kind) in clause.lexicon.questionKinds {
            for index in clause.ids.indices where clause.ids[index...].starts(with: words) { return kind }
        }
        return clause.lexicon.language == .english ? .yesNo : .what
    }
}

extension PersonResolver {
    /// Whether a bare name is one the conversation knows.
    func isKnown(_ reading: PersonReading, in clause: ClauseText) -> Bool {
        guard case .name(let range) = reading.root else { return false }
        return named(clause.original(range)).relation != nil
    }
}
