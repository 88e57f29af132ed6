import LocalStore

/// The walk over one utterance: clauses in order, each understood in the light of those before it.
struct UtteranceReading {
    private let text: String
    private let library: PatternLibrary
    private let context: UnderstandingContext
    private let timeReader: TimeReader
    private var resolver: PersonResolver
    private var lastFact: ExtractedFact?
    private var clauses: [Understanding.Clause] = []
    /// Sentence whose rest is hearsay or make-believe.
    private var blockedSentence: Int?
    /// "no", "that's wrong": said, and not yet followed by what is right.
    private var pendingCorrection: Understanding.Clause?
    /// What the clause before denied, with its place among the clauses: "my name isn't Bob, it's Rob" puts it right.
    private var denied: (index: Int, fact: ExtractedFact)?

    init(text: String, library: PatternLibrary, context: UnderstandingContext) {
        self.text = text
        self.library = library
        self.context = context
        timeReader = TimeReader(now: context.now, timeZone: context.timeZone)
        resolver = PersonResolver(lexicon: library.lexicon, known: context.known, mentioned: context.mentioned)
        lastFact = context.lastFact
    }

    mutating func read(_ tokens: [Token]) -> Understanding {
        let words = WordSplitter(lexicon: library.lexicon, text: text).split(tokens)
        let names = Set(
            (context.known + context.mentioned).compactMap(\.name).flatMap { $0.split(separator: " ") }.map {
                LetterFolding.fold($0)
            })
        let splitter = ClauseSplitter(lexicon: library.lexicon, text: text, knownNames: names)
        for clause in splitter.clauses(words) { understand(clause, names) }
        if let clause = pendingCorrection { clauses.append(clause) }
        return Understanding(language: library.lexicon.language, clauses: clauses, mentioned: resolver.mentioned)
    }

    private mutating func understand(_ clause: ClauseSplitter.Clause, _ names: Set<String>) {
        let reading = ClauseText(
            text: text, tokens: clause.tokens, lexicon: library.lexicon, knownNames: names, timeReader: timeReader)
        var interpreter = ClauseInterpreter(
            library: library, context: context, timeReader: timeReader, resolver: resolver, lastFact: lastFact,
            isCorrection: pendingCorrection != nil)
        let written = reading.original(0..<reading.count)
        if blockedSentence == clause.sentence {
            clauses.append(Understanding.Clause(act: .remark, text: written, pattern: nil))
            return
        }
        defer { noteDenial() }
        if let fact = replacement(reading, clause) {
            clauses[clauses.count - 1] = Understanding.Clause(act: .correction(fact), text: written, pattern: "denied.replaced")
            lastFact = fact
            pendingCorrection = nil
            return
        }
        let outcome = interpreter.interpret(reading, isQuestion: clause.isQuestion)
        resolver = interpreter.resolver
        if outcome.blocksSentence { blockedSentence = clause.sentence }
        if outcome.announcesCorrection {
            pendingCorrection =
                pendingCorrection
                ?? outcome.acts.first.map { Understanding.Clause(act: $0, text: written, pattern: outcome.pattern) }
            return
        }
        for act in outcome.acts {
            switch act {
            case .statement(let fact): lastFact = fact
            case .correction(let fact):
                lastFact = fact
                pendingCorrection = nil
            case .retraction: pendingCorrection = nil
            default: break
            }
            clauses.append(Understanding.Clause(act: act, text: written, pattern: outcome.pattern))
        }
    }

    /// What holds instead of what has just been denied; nil if the clause is about something else.
    private func replacement(_ reading: ClauseText, _ clause: ClauseSplitter.Clause) -> ExtractedFact? {
        guard let denied, denied.index == clauses.count - 1, !clause.isQuestion else { return nil }
        var interpreter = ClauseInterpreter(
            library: library, context: context, timeReader: timeReader, resolver: resolver, lastFact: denied.fact,
            isCorrection: true)
        guard case .correction(let fact) = interpreter.interpret(reading, isQuestion: false).acts.first,
            fact.slot == denied.fact.slot
        else { return nil }
        return fact
    }

    private mutating func noteDenial() {
        guard let last = clauses.last, case .retraction(let retraction) = last.act else { return denied = nil }
        denied = (
            clauses.count - 1,
            ExtractedFact(category: retraction.slot.category, key: retraction.slot.key, value: retraction.value ?? "")
        )
    }
}
