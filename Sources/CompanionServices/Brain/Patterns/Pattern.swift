/// A pattern ready for use.
struct Pattern: Sendable {
    enum Effect: Sendable {
        case store([StoreRule], deny: [StoreRule]?)
        case ask(MemoryQuestion.Kind, [SlotRule], claim: TextTemplate?)
        case act(ActRule)
    }

    let id: String
    let program: PatternProgram
    let effect: Effect
    let slots: [SlotRule]
    let priority: Int
    let confidence: Double
    /// A social act that goes before the facts.
    let prelude: ActRule?
    let needs: Need?

    /// What a clause must have for the pattern to hold.
    enum Need: String, Sendable {
        case time
        /// A time that is not over.
        case future
        /// A time that has begun.
        case past
    }

    var isStatement: Bool {
        if case .store = effect { true } else { false }
    }

    init(_ entry: PatternEntry, program: PatternProgram) throws(Template.ParseError) {
        id = entry.id
        self.program = program
        priority = entry.priority ?? 0
        confidence = entry.confidence ?? 0.9
        slots = try Self.rules(entry.slots)
        needs = try entry.needs.map { text throws(Template.ParseError) in
            guard let need = Need(rawValue: text) else {
                throw Template.ParseError(template: entry.id, problem: "nothing called \"\(text)\" can be needed")
            }
            return need
        }
        prelude = try entry.act.map { text throws(Template.ParseError) in
            guard let rule = ActRule(text) else {
                throw Template.ParseError(template: entry.id, problem: "\"\(text)\" is no act")
            }
            return rule
        }
        if let store = entry.store {
            var rules: [StoreRule] = []
            for text in store { rules.append(try StoreRule(text)) }
            var denials: [StoreRule]?
            if let deny = entry.deny {
                denials = []
                for text in deny { denials?.append(try StoreRule(text)) }
            }
            effect = .store(rules, deny: denials)
        } else if let ask = entry.ask {
            guard let kind = MemoryQuestion.Kind(rawValue: ask) else {
                throw Template.ParseError(template: entry.id, problem: "\"\(ask)\" is no kind of question")
            }
            effect = .ask(kind, slots, claim: entry.claim.map { TextTemplate($0) })
        } else if let prelude {
            effect = .act(prelude)
        } else {
            throw Template.ParseError(template: entry.id, problem: "one of store, ask and act is needed")
        }
    }

    private static func rules(_ texts: [String]?) throws(Template.ParseError) -> [SlotRule] {
        var result: [SlotRule] = []
        for text in texts ?? [] { result.append(try SlotRule(text)) }
        return result
    }
}
