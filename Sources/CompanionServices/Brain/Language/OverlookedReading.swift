import LocalStore

/// A second, slower look at an utterance: facts inside clauses that were left as remarks, because they begin in the middle of other
/// words ("You'll never guess who called, my cousin Omar who works at Google").
///
/// Nothing is taken from what was understood, from hearsay, make-believe, questions or denials.
struct OverlookedReading {
    /// Less sure than what was said plainly.
    private static let confidence = 0.7
    private static let leastConfidence = 0.8
    private static let lasting: Set<MemoryCategory> = [.fact, .preference, .interest, .relationship, .goal]
    private static let relativePronouns: Set<String> = ["who", "which", "جو", "jo"]

    let text: String
    let library: PatternLibrary
    let context: UnderstandingContext

    private var lexicon: Lexicon { library.lexicon }

    func facts(_ tokens: [Token]) -> [ExtractedFact] {
        let words = WordSplitter(lexicon: lexicon, text: text).split(tokens)
        let timeReader = TimeReader(now: context.now, timeZone: context.timeZone)
        let names = Set(
            (context.known + context.mentioned).compactMap(\.name).flatMap { $0.split(separator: " ") }.map {
                LetterFolding.fold($0)
            })
        var resolver = PersonResolver(lexicon: lexicon, known: context.known, mentioned: context.mentioned)
        var blocked: Int?
        var facts: [ExtractedFact] = []
        for part in ClauseSplitter(lexicon: lexicon, text: text, knownNames: names).clauses(words) where part.sentence != blocked
        {
            let clause = ClauseText(
                text: text, tokens: part.tokens, lexicon: lexicon, knownNames: names, timeReader: timeReader)
            var interpreter = ClauseInterpreter(
                library: library, context: context, timeReader: timeReader, resolver: resolver, lastFact: nil, isCorrection: false
            )
            let outcome = interpreter.interpret(clause, isQuestion: part.isQuestion)
            resolver = interpreter.resolver
            if outcome.blocksSentence { blocked = part.sentence }
            guard outcome.acts == [.remark], outcome.pattern == nil, !outcome.blocksSentence, !isDoubtful(clause) else {
                continue
            }
            facts += inside(clause, &interpreter)
            resolver = interpreter.resolver
        }
        return facts
    }

    /// Make-believe and denial anywhere in the clause may reach over all of it.
    private func isDoubtful(_ clause: ClauseText) -> Bool {
        if Frame(clause).blocks || clause.classes.contains(where: { $0.contains(.negation) }) { return true }
        return clause.ids.indices.contains { index in
            (lexicon.leads[clause.ids[index]] ?? []).contains {
                $0.kind == "block" && clause.ids[index...].starts(with: $0.words)
            }
        }
    }

    private func inside(_ clause: ClauseText, _ interpreter: inout ClauseInterpreter) -> [ExtractedFact] {
        for start in clause.tokens.indices where begins(start, clause) {
            for tokens in readings(from: start, clause) {
                let resolver = interpreter.resolver
                let outcome = interpreter.interpret(interpreter.derived(clause, tokens), isQuestion: false)
                let facts = outcome.acts.compactMap { act -> ExtractedFact? in
                    guard case .statement(var fact) = act, fact.confidence >= Self.leastConfidence,
                        Self.lasting.contains(fact.category)
                    else { return nil }
                    fact.confidence = Self.confidence
                    return fact
                }
                if !facts.isEmpty, facts.count == outcome.acts.count { return facts }
                interpreter.resolver = resolver
            }
        }
        return []
    }

    /// "I" or "my" in the middle.
    private func begins(_ index: Int, _ clause: ClauseText) -> Bool {
        clause.classes[index].contains(.selfWord) && clause.count - index >= 3
    }

    private func readings(from start: Int, _ clause: ClauseText) -> [[Token]] {
        var result: [[Token]] = []
        for reading in clause.readings(of: .subject, at: start) {
            var next = reading.end
            while next < clause.count, clause.isComma(next) { next += 1 }
            // "my cousin Omar, who works at Google"
            if next + 1 < clause.count, Self.relativePronouns.contains(clause.tokens[next].normal) {
                result.append(Array(clause.tokens[start..<reading.end] + clause.tokens[(next + 1)...]))
            }
        }
        if start > 0 { result.append(Array(clause.tokens[start...])) }
        return result
    }
}
