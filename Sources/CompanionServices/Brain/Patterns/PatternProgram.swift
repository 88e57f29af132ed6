/// A template compiled to a few instructions for the matcher.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case word(WordID)
        /// Any of these, sorted.
        case words([WordID])
        case slot(Int)
        /// Try the first, then the second.
        case split(Int, Int)
        case jump(Int)
        case accept
    }

    struct Slot: Sendable {
        let name: String
        let type: SlotType
    }

    private(set) var instructions: [Instruction] = []
    private(set) var slots: [Slot] = []
    /// Words of which at least one must be in a clause for the pattern to match; empty if there are none.
    private(set) var anchors: [WordID] = []

    init(_ template: Template, lexicon: inout Lexicon, lists: Set<String>) throws(Template.ParseError) {
        try emit(template, lexicon: &lexicon, lists: lists)
        instructions.append(.accept)
        let sets = Self.required(template, lexicon: &lexicon)
        anchors = sets.min { Self.cost($0, lexicon) < Self.cost($1, lexicon) } ?? []
    }

    private mutating func emit(_ template: Template, lexicon: inout Lexicon, lists: Set<String>) throws(Template.ParseError) {
        switch template {
        case .word(let word):
            for id in lexicon.intern(phrase: word) {
                instructions.append(.word(id))
            }
        case .slot(let name, let type):
            let slotType = try SlotType(type, lists: lists)
            let index =
                slots.firstIndex { $0.name == name && $0.type == slotType }
                ?? {
                    slots.append(Slot(name: name, type: slotType))
                    return slots.count - 1
                }()
            instructions.append(.slot(index))
        case .sequence(let parts):
            for part in parts { try emit(part, lexicon: &lexicon, lists: lists) }
        case .optional(let inner):
            let split = instructions.count
            instructions.append(.accept)
            try emit(inner, lexicon: &lexicon, lists: lists)
            instructions[split] = .split(split + 1, instructions.count)
        case .alternatives(let branches):
            if let words = Self.singleWords(branches, lexicon: &lexicon) {
                instructions.append(.words(words.sorted()))
                return
            }
            var jumps: [Int] = []
            for (index, branch) in branches.enumerated() {
                let isLast = index == branches.count - 1
                let split = instructions.count
                if !isLast { instructions.append(.accept) }
                try emit(branch, lexicon: &lexicon, lists: lists)
                if !isLast {
                    jumps.append(instructions.count)
                    instructions.append(.accept)
                    instructions[split] = .split(split + 1, instructions.count)
                }
            }
            for jump in jumps { instructions[jump] = .jump(instructions.count) }
        }
    }

    private static func singleWords(_ branches: [Template], lexicon: inout Lexicon) -> [WordID]? {
        var result: [WordID] = []
        for branch in branches {
            guard case .word(let word) = branch else { return nil }
            let ids = lexicon.intern(phrase: word)
            guard ids.count == 1 else { return nil }
            result += ids
        }
        return result
    }

    /// All words the template names.
    var words: [WordID] {
        instructions.flatMap { instruction -> [WordID] in
            switch instruction {
            case .word(let id): [id]
            case .words(let ids): ids
            default: []
            }
        }
    }

    // MARK: anchors

    /// Sets of words each of which every match must meet.
    private static func required(_ template: Template, lexicon: inout Lexicon) -> [[WordID]] {
        switch template {
        case .word(let word): return lexicon.intern(phrase: word).map { [$0] }
        case .slot, .optional: return []
        case .sequence(let parts):
            var result: [[WordID]] = []
            for part in parts { result += required(part, lexicon: &lexicon) }
            return result
        case .alternatives(let branches):
            var union: [WordID] = []
            for branch in branches {
                let sets = required(branch, lexicon: &lexicon)
                guard let best = sets.min(by: { cost($0, lexicon) < cost($1, lexicon) }) else { return [] }
                union += best
            }
            return [union]
        }
    }

    /// Common words make poor anchors.
    private static func cost(_ set: [WordID], _ lexicon: Lexicon) -> Int {
        set.reduce(0) { sum, id in
            let common: WordClass = [.stop, .finite, .possessive, .subject, .article, .postposition, .auxiliary, .negation]
            return sum + (lexicon.wordClass(id).isDisjoint(with: common) ? 1 : 40)
        }
    }
}
