/// Cuts an utterance into clauses that can each be understood by themselves, leaving lists whole.
struct ClauseSplitter {
    let lexicon: Lexicon
    let text: String
    let knownNames: Set<String>

    struct Clause {
        var tokens: [Token]
        /// Ended with a question mark.
        var isQuestion: Bool
        /// Number of its sentence: what is hearsay or make-believe in one clause is so to the end of the sentence.
        var sentence: Int
        /// Whether its subject was put in from the clause before.
        var isResumed = false
    }

    private static let maximumClauses = 80

    func clauses(_ tokens: [Token]) -> [Clause] {
        var result: [Clause] = []
        var start = 0
        var sentence = 0
        for (index, token) in tokens.enumerated() where token.kind == .punctuation && token.normal != "," {
            append(Array(tokens[start..<index]), isQuestion: token.normal == "?", sentence, to: &result)
            start = index + 1
            sentence += 1
            if result.count >= Self.maximumClauses { return result }
        }
        append(Array(tokens[start...]), isQuestion: false, sentence, to: &result)
        return result
    }

    private func append(_ tokens: [Token], isQuestion: Bool, _ sentence: Int, to result: inout [Clause]) {
        guard tokens.contains(where: { $0.kind != .punctuation }) else {
            // "Really??": a second mark belongs to the clause before.
            if isQuestion, result.last?.sentence == sentence - 1, tokens.isEmpty { result[result.count - 1].isQuestion = true }
            return
        }
        let parts = split(tokens)
        for (index, part) in parts.enumerated() {
            let asks = isQuestion && index == parts.count - 1
            result.append(Clause(tokens: part.tokens, isQuestion: asks, sentence: sentence, isResumed: part.isResumed))
        }
    }

    private typealias Part = (tokens: [Token], isResumed: Bool)

    private func split(_ tokens: [Token]) -> [Part] {
        let clause = ClauseText(text: text, tokens: tokens, lexicon: lexicon, knownNames: knownNames)
        var parts: [Part] = []
        var start = 0
        var carried: [Token] = []
        var index = 0
        while index < tokens.count {
            guard isBoundary(index, clause) else {
                index += 1
                continue
            }
            var next = index
            while next < tokens.count, isBoundary(next, clause) { next += 1 }
            guard next < tokens.count, index > start else {
                index = max(next, index + 1)
                continue
            }
            if startsClause(next, left: start..<index, clause) {
                parts.append((carried + tokens[start..<index], !carried.isEmpty))
                carried = []
                start = next
            } else if let subject = carriedSubject(next, left: start..<index, carried: carried, clause) {
                parts.append((carried + tokens[start..<index], !carried.isEmpty))
                carried = subject
                start = next
            }
            index = next
        }
        parts.append((carried + tokens[start...], !carried.isEmpty))
        return parts
    }

    private func isBoundary(_ index: Int, _ clause: ClauseText) -> Bool {
        if clause.tokens[index].normal == "so" {
            // "I am so sorry" is one clause.
            return index > 0 && index + 1 < clause.count && !clause.classes[index + 1].isDisjoint(with: [.subject, .possessive])
        }
        return clause.isComma(index) || clause.classes[index].contains(.conjunction)
    }

    // MARK: where clauses begin

    /// Whether a new clause with its own subject begins at `next`.
    private func startsClause(_ next: Int, left: Range<Int>, _ clause: ClauseText) -> Bool {
        var position = next
        while position < clause.count, clause.classes[position].contains(.filler) { position += 1 }
        guard position < clause.count else { return false }
        let lead = clause.lexicon.leads[clause.ids[position]]?.first { hasWords($0.words, at: position, clause) }
        if let lead, lead.kind != "skip" { return true }
        return lexicon.language == .english ? startsEnglish(position, left, clause) : startsUrdu(position, left, clause)
    }

    private func startsEnglish(_ position: Int, _ left: Range<Int>, _ clause: ClauseText) -> Bool {
        let first = clause.classes[position]
        if first.contains(.subject) { return hasFinite(position + 1, clause) || isComplete(left, clause) }
        if first.contains(.question) || first.contains(.auxiliary) {
            return first.contains(.question) && hasFinite(position + 1, clause)
        }
        if first.contains(.imperative) { return true }
        if first.contains(.possessive) || first.contains(.relation) || isName(position, clause) {
            return (hasFinite(position + 1, clause) || hasVerb(afterPersonAt: position, clause))
                && (isComplete(left, clause) || clause.classes[left.lowerBound].contains(.filler))
        }
        return false
    }

    /// A finite verb before the next boundary.
    private func hasFinite(_ start: Int, _ clause: ClauseText) -> Bool {
        var index = start
        while index < clause.count, !isBoundary(index, clause) {
            if !clause.classes[index].isDisjoint(with: [.finite, .past, .resumable, .resumableThird]) { return true }
            // "my brother's a doctor"
            if clause.tokens[index].normal == "'s", index + 1 < clause.count,
                !clause.classes[index + 1].isDisjoint(with: [.article, .negation]) || clause.tokens[index + 1].kind == .number
            {
                return true
            }
            index += 1
        }
        return false
    }

    /// "... and my mum stays at home": any verb may follow a person, also one that no list knows.
    private func hasVerb(afterPersonAt position: Int, _ clause: ClauseText) -> Bool {
        guard let reading = clause.readings(of: .subject, at: position).first, reading.end + 1 < clause.count,
            clause.tokens[reading.end].kind == .word
        else { return false }
        let word = clause.tokens[reading.end].normal
        let other: WordClass = [.relation, .conjunction, .article, .possessive, .postposition, .stop, .filler]
        return word.count > 3 && (word.hasSuffix("s") && !word.hasSuffix("'s") || word.hasSuffix("ed"))
            && clause.classes[reading.end].isDisjoint(with: other)
    }

    private func startsUrdu(_ position: Int, _ left: Range<Int>, _ clause: ClauseText) -> Bool {
        if isComplete(left, clause) {
            let first = clause.classes[position]
            if !first.isDisjoint(with: [.subject, .possessive, .selfWord, .question, .imperative, .youWord]) { return true }
            let names =
                first.contains(.relation) || isName(position, clause) || !clause.readings(of: .subject, at: position).isEmpty
            return names && hasClauseEnd(position, clause)
        }
        // "میرا نام علی، میری بہن کا نام سارہ ہے": the verb comes once, at the end.
        let opens = !clause.classes[position].isDisjoint(with: [.possessive, .selfWord])
        return opens && left.count >= 3 && startsWithPerson(left.lowerBound, clause) && hasClauseEnd(position, clause)
    }

    private func hasClauseEnd(_ start: Int, _ clause: ClauseText) -> Bool {
        if clause.classes[start...].contains(where: { $0.contains(.clauseEnd) }) { return true }
        // "... لیکن کریلا بالکل پسند نہیں": after a negation the verb is left out.
        return clause.count - start > 1 && clause.classes[clause.count - 1].contains(.negation)
    }

    private func isComplete(_ range: Range<Int>, _ clause: ClauseText) -> Bool {
        if lexicon.language == .english {
            return range.contains {
                !clause.classes[$0].isDisjoint(with: [.finite, .past, .resumable, .resumableThird, .imperative])
                    || clause.tokens[$0].normal == "'s"
            }
        }
        var last = range.upperBound - 1
        while last > range.lowerBound, clause.classes[last].contains(.filler) { last -= 1 }
        if clause.classes[last].contains(.clauseEnd) { return true }
        // "گرمی پسند نہیں، ..."
        return last > range.lowerBound && clause.classes[last].contains(.negation)
            && clause.classes[last - 1].contains(.predicate)
    }

    private func startsWithPerson(_ position: Int, _ clause: ClauseText) -> Bool {
        PersonRole.allCases.contains { !clause.readings(of: $0, at: position).isEmpty }
    }

    private func isName(_ position: Int, _ clause: ClauseText) -> Bool {
        !PersonReader(clause: clause).nameEnds(at: position, mustBeKnown: true).isEmpty
    }

    // MARK: clauses without a subject

    /// The tokens to put before a clause that leaves its subject out ("and work as a teacher"); nil if none does so here.
    private func carriedSubject(_ next: Int, left: Range<Int>, carried: [Token], _ clause: ClauseText) -> [Token]? {
        lexicon.language == .english
            ? carriedEnglish(next, left: left, carried: carried, clause) : carriedUrdu(next, left: left, carried: carried, clause)
    }

    private func carriedEnglish(_ next: Int, left: Range<Int>, carried: [Token], _ clause: ClauseText) -> [Token]? {
        var position = next
        while position < clause.count, clause.classes[position].contains(.filler) { position += 1 }
        guard position < clause.count else { return nil }
        var begin = left.lowerBound
        while begin < left.upperBound, clause.classes[begin].contains(.filler) { begin += 1 }
        let first = clause.classes[position]
        let subject: [Token]
        let isSpeaker: Bool
        if !carried.isEmpty {
            subject = carried
            isSpeaker = lexicon.wordClass(lexicon.id(carried[0].normal)).contains(.selfWord) && carried.count <= 2
        } else if let reading = clause.readings(of: .subject, at: begin).first, reading.end <= left.upperBound {
            subject = Array(clause.tokens[begin..<reading.end])
            isSpeaker = reading.isSpeaker
        } else if let reading = clause.readings(of: .of, at: begin).first, first.contains(.attribute) {
            return Array(clause.tokens[begin..<reading.end])
        } else {
            return nil
        }
        if first.contains(.attribute), !carried.isEmpty || !clause.readings(of: .of, at: begin).isEmpty {
            let reading = clause.readings(of: .of, at: begin).first
            return carried.isEmpty ? reading.map { Array(clause.tokens[begin..<$0.end]) } : carried
        }
        if isSpeaker {
            let infinitive = left.contains { clause.tokens[$0].normal == "to" }
            if first.contains(.resumable), !infinitive { return Array(subject.prefix(1)) }
            if clause.tokens[position].normal == "am" { return Array(subject.prefix(1)) }
            // "I'm 34 and from Quetta", "I'm 34, married and ..."
            let be = lexicon.ids["am"] ?? Lexicon.unknown
            if first.contains(.predicate), begin + 1 < left.upperBound, clause.ids[begin + 1] == be {
                return Array(clause.tokens[begin..<begin + 2])
            }
            if first.contains(.predicate), carried.count == 2 { return carried }
            return nil
        }
        return first.contains(.resumableThird) ? subject : nil
    }

    private func carriedUrdu(_ next: Int, left: Range<Int>, carried: [Token], _ clause: ClauseText) -> [Token]? {
        let begin = left.lowerBound
        let owner =
            carried.isEmpty ? clause.readings(of: .of, at: begin).first.map { Array(clause.tokens[begin..<$0.end]) } : carried
        if clause.classes[next].contains(.attribute), let owner, hasClauseEnd(next, clause) { return owner }
        guard isComplete(left, clause), hasClauseEnd(next, clause) else { return nil }
        if !carried.isEmpty { return carried }
        for role in [PersonRole.by, .to, .of, .subject] {
            if let reading = clause.readings(of: role, at: begin).first, reading.end < left.upperBound {
                return Array(clause.tokens[begin..<reading.end])
            }
        }
        return nil
    }

    private func hasWords(_ words: [WordID], at position: Int, _ clause: ClauseText) -> Bool {
        position + words.count <= clause.count && clause.ids[position..<position + words.count].elementsEqual(words)
    }
}
