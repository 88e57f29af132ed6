import LocalStore

/// Finds what one clause means: as it stands, then without what frames it, then without its negation, then as a question.
struct ClauseInterpreter {
    struct Outcome {
        var acts: [SpeechAct]
        var pattern: String?
        /// The rest of the sentence is hearsay or make-believe.
        var blocksSentence = false
        /// "no", "that's wrong": what follows may put something right.
        var announcesCorrection = false
        var rank = Rank.fallback
    }

    /// How sure an understanding is: by the priority of its pattern, then by how much of the clause the pattern explains.
    struct Rank: Comparable {
        var priority: Int
        var fit: Int

        static let none = Rank(priority: .min, fit: 0)
        /// Patterns below this only catch what others leave.
        static let fallback = Rank(priority: 0, fit: 0)

        static func < (left: Self, right: Self) -> Bool { (left.priority, left.fit) < (right.priority, right.fit) }
    }

    struct Mode {
        var isQuestion = false
        var isCorrection = false
        var isExplicit = false
        var isNegated = false
    }

    /// What a short reply to a question of ours is recognised by.
    static let answerPattern = "answer"

    let library: PatternLibrary
    let context: UnderstandingContext
    let timeReader: TimeReader
    var resolver: PersonResolver
    let lastFact: ExtractedFact?
    let isCorrection: Bool

    var lexicon: Lexicon { library.lexicon }

    mutating func interpret(_ clause: ClauseText, isQuestion: Bool) -> Outcome {
        let mode = Mode(isQuestion: isQuestion || QuestionForm.isQuestion(clause), isCorrection: isCorrection)
        if let outcome = understood(clause, mode) { return outcome }
        if let tokens = SpellingGuess.corrected(clause.tokens, lexicon: lexicon) {
            let corrected = derived(clause, tokens)
            var mode = mode
            mode.isQuestion = mode.isQuestion || QuestionForm.isQuestion(corrected)
            if let outcome = understood(corrected, mode) { return outcome }
        }
        return fallback(clause, mode)
    }

    /// The clause as it stands or without what frames it, whichever is understood better.
    private mutating func understood(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        let frame = Frame(clause)
        let before = resolver
        let plain = core(clause, mode)
        guard frame.changes(clause) else { return plain }
        if frame.blocks, !mode.isQuestion, (plain?.rank ?? .none) < .fallback {
            return Outcome(acts: [.remark], pattern: "frame.block", blocksSentence: true)
        }
        let afterPlain = resolver
        resolver = before
        let inner = derived(clause, Array(clause.tokens[frame.range]))
        if frame.forgets { return plain.flatMap { $0.rank > .fallback ? $0 : nil } ?? forgetting(inner, mode) ?? plain }
        var innerMode = mode
        innerMode.isQuestion = mode.isQuestion || frame.asks || QuestionForm.isQuestion(inner)
        innerMode.isCorrection = mode.isCorrection || frame.corrects
        innerMode.isExplicit = frame.isExplicit
        let framed = core(inner, innerMode) ?? note(inner, innerMode)
        // "No, at eight" is more than a no.
        let putsRight =
            framed?.acts.contains { act in
                switch act {
                case .correction, .reminder: true
                default: false
                }
            } ?? false
        let isMereNo = frame.corrects && plain?.acts == [.social(.no)] && putsRight
        if let plain, !isMereNo, plain.rank > (framed?.rank ?? .none) {
            resolver = afterPlain
            return plain
        }
        guard var outcome = framed else {
            if let greeting = frame.greeting {
                let rest = fallback(inner, innerMode)
                return Outcome(acts: [.social(greeting)] + (rest.acts == [.remark] ? [] : rest.acts), pattern: "frame.greeting")
            }
            return frame.asks ? fallback(inner, innerMode) : nil
        }
        if let greeting = frame.greeting { outcome.acts.insert(.social(greeting), at: 0) }
        return outcome
    }

    /// "forget that ...": the places that the statement would fill.
    private mutating func forgetting(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        guard var outcome = core(clause, mode) else { return nil }
        let places = outcome.acts.compactMap { act -> SlotPattern? in
            guard case .statement(let fact) = act else { return nil }
            return SlotPattern(fact.category, fact.key)
        }
        guard !places.isEmpty else { return nil }
        outcome.acts = [.forget(.slots(places, described: clause.tokens.map(\.original).joined(separator: " ")))]
        return outcome
    }

    private mutating func core(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        if let outcome = best(clause, mode), outcome.rank >= .fallback { return outcome }
        if !mode.isQuestion, let outcome = contrasted(clause, mode) { return outcome }
        if let positive = NegationForm.positive(clause), let outcome = negated(derived(clause, positive, isComplete: false), mode)
        {
            return outcome
        }
        if mode.isQuestion {
            for tokens in QuestionForm.statements(clause) {
                if let outcome = supposed(derived(clause, tokens, isComplete: false), mode) { return outcome }
            }
        } else if let outcome = firstPerson(clause, mode) {
            return outcome
        }
        return best(clause, mode)
    }

    /// "میرا نام ثنا نہیں، سارہ ہے": what stands before the negation is not meant.
    private mutating func contrasted(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        var mode = mode
        mode.isCorrection = true
        for tokens in NegationForm.contrasts(clause) {
            let before = resolver
            if let outcome = best(derived(clause, tokens, isComplete: false), mode), outcome.rank >= .fallback,
                outcome.acts.allSatisfy({ if case .correction = $0 { true } else { false } })
            {
                return outcome
            }
            resolver = before
        }
        return nil
    }

    /// Urdu leaves "I" out where the verb tells it: لاہور میں رہتا ہوں.
    private mutating func firstPerson(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        guard lexicon.language != .english, let pronoun = lexicon.persons.pronouns[.subject]?.first(where: { $0.third == nil }),
            let word = lexicon.ids.first(where: { $0.value == pronoun.words.first })?.key, let first = clause.tokens.first,
            clause.ids.contains(where: { lexicon.wordClass($0).contains(.firstPersonVerb) }),
            PersonRole.allCases.allSatisfy({ clause.readings(of: $0, at: 0).isEmpty })
        else { return nil }
        let start = first.range.lowerBound..<first.range.lowerBound
        return best(derived(clause, [Token(kind: .word, normal: word, original: "", range: start)] + clause.tokens), mode)
    }

    func derived(_ clause: ClauseText, _ tokens: [Token], isComplete: Bool = true) -> ClauseText {
        ClauseText(
            text: clause.text, tokens: tokens, lexicon: lexicon, knownNames: clause.knownNames, timeReader: timeReader,
            isComplete: isComplete)
    }

    // MARK: patterns

    private func ranked(_ clause: ClauseText, _ isWanted: (Pattern) -> Bool) -> [(pattern: Pattern, match: PatternMatch)] {
        var matcher = Matcher(clause)
        var found: [(pattern: Pattern, match: PatternMatch, order: Int)] = []
        for (order, pattern) in library.candidates(clause.ids).enumerated() where isWanted(pattern) {
            guard isMet(pattern.needs, clause) else { continue }
            if let match = matcher.match(pattern.program) { found.append((pattern, match, order)) }
        }
        found.sort {
            ($0.pattern.priority, $0.match.fit, -$0.order) > ($1.pattern.priority, $1.match.fit, -$1.order)
        }
        return found.map { ($0.pattern, $0.match) }
    }

    private func isMet(_ need: Pattern.Need?, _ clause: ClauseText) -> Bool {
        guard let need else { return true }
        return clause.times.contains { span in
            switch need {
            case .time: span.time != nil || span.recurrence != nil
            case .future: span.time.map { $0.end > context.now } ?? false
            case .past: span.time.map { $0.start <= context.now } ?? false
            }
        }
    }

    private mutating func best(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        for (pattern, match) in ranked(clause, { !(mode.isQuestion && $0.isStatement) }) {
            if let outcome = build(pattern, match, clause, mode) { return outcome }
        }
        return nil
    }

    /// A statement whose negation was taken out: what it would store is denied.
    private mutating func negated(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        guard !mode.isQuestion else { return nil }
        var mode = mode
        mode.isNegated = true
        for (pattern, match) in ranked(clause, { $0.isStatement }) {
            if let outcome = build(pattern, match, clause, mode) { return outcome }
        }
        return nil
    }

    /// A yes/no question turned into the statement it asks about.
    private mutating func supposed(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        for (pattern, match) in ranked(clause, { $0.isStatement }) {
            guard case .store(let rules, _) = pattern.effect else { continue }
            let builder = FactBuilder(clause: clause, match: match, resolver: resolver, isCorrection: false)
            guard let built = builder.facts(rules, confidence: pattern.confidence), let first = built.facts.first else {
                continue
            }
            built.people.forEach { resolver.note($0) }
            var slots: [SlotPattern] = []
            for fact in built.facts {
                slots.append(SlotPattern(fact.category, fact.key))
                slots += fact.supersedes.map { SlotPattern($0.category, $0.key) }
            }
            let question = MemoryQuestion(
                kind: .yesNo, slots: slots, topic: QuestionForm.topic(clause), about: first.about,
                time: clause.times.compactMap(\.time).first,
                claim: [.experience, .plan].contains(first.category)
                    ? QuestionForm.topic(clause).joined(separator: " ") : first.value)
            return Outcome(
                acts: [.question(question)], pattern: pattern.id + ".asked",
                rank: Rank(priority: pattern.priority, fit: match.fit))
        }
        return nil
    }

    private mutating func build(_ pattern: Pattern, _ match: PatternMatch, _ clause: ClauseText, _ mode: Mode) -> Outcome? {
        var outcome = outcome(pattern, match, clause, mode)
        outcome?.rank = Rank(priority: pattern.priority, fit: match.fit)
        return outcome
    }

    private mutating func outcome(_ pattern: Pattern, _ match: PatternMatch, _ clause: ClauseText, _ mode: Mode) -> Outcome? {
        let builder = FactBuilder(clause: clause, match: match, resolver: resolver, isCorrection: mode.isCorrection)
        switch pattern.effect {
        case .store(let rules, let denials):
            if mode.isNegated, denials?.isEmpty == true { return Outcome(acts: [.remark], pattern: pattern.id) }
            guard let built = builder.facts(mode.isNegated ? denials ?? rules : rules, confidence: pattern.confidence),
                !built.facts.isEmpty
            else { return nil }
            let names = builder.nameFacts(built.people, confidence: pattern.confidence).filter { !isKnown($0) }
            built.people.forEach { resolver.note($0) }
            if mode.isNegated, denials == nil {
                return Outcome(
                    acts: built.facts.map { .retraction(Retraction(slot: $0.slot, value: $0.value)) }, pattern: pattern.id)
            }
            var facts = built.facts
            for name in names where !facts.contains(where: { $0.slot == name.slot }) {
                facts.insert(name, at: 0)
            }
            var acts: [SpeechAct] = []
            if case .social(let act) = pattern.prelude { acts.append(.social(act)) }
            acts += facts.map { fact -> SpeechAct in
                var fact = fact
                fact.explicit = mode.isExplicit
                return mode.isCorrection ? .correction(fact) : .statement(fact)
            }
            return Outcome(acts: acts, pattern: pattern.id)
        case .ask(let kind, let rules, let claim):
            let questions = QuestionBuilder(builder: builder, resolver: resolver, lexicon: lexicon)
            let question = questions.question(kind, rules, claim: claim)
            if let about = question.about { resolver.note(about) }
            return Outcome(acts: [.question(question)], pattern: pattern.id)
        case .act(let rule):
            if rule == .replace, context.madeReminder, mode.isCorrection || pattern.id == "replace.explicit",
                let time = time(in: clause, match)
            {
                return Outcome(acts: [.reminder(.move(time))], pattern: "reminder.move")
            }
            let acts = ActBuilder(
                builder: builder, pattern: pattern, resolver: resolver, timeReader: timeReader, lastFact: lastFact,
                clause: clause,
                match: match)
            guard let act = acts.act(rule) else { return nil }
            if case .forget(.person(let person, _)) = act { resolver.note(person) }
            return Outcome(
                acts: [act], pattern: pattern.id, blocksSentence: rule == .block,
                announcesCorrection: rule == .disagree || act == .social(.no))
        }
    }

    private func isKnown(_ name: ExtractedFact) -> Bool {
        guard let person = name.about else { return false }
        return (context.known + resolver.mentioned).contains {
            $0.key == person.key && PersonResolver.isSame($0.name, name.value)
        }
    }
}
