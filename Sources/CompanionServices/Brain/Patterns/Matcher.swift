/// Where each slot of a pattern landed in a clause.
struct PatternMatch {
    struct Capture {
        let range: Range<Int>
        let value: SlotValue
    }

    let captures: [String: Capture]
    /// How much of the clause the pattern's own words and recognised slots explain; more is better.
    let fit: Int
}

/// What a slot recognised, beyond its words.
enum SlotValue {
    case text
    case person(PersonReading)
    case number(Double)
    case time(ClauseText.TimeSpan)
    case term(list: String, entry: Int)
}

/// Runs pattern programs over a clause with backtracking that is bounded by a budget of steps shared by all patterns.
struct Matcher {
    /// Enough for the worst clause met in practice many times over.
    static let budget = 20_000

    private(set) var steps = 0
    private let clause: ClauseText
    private let reader: SlotReader
    private var program: PatternProgram?
    private var captures: [PatternMatch.Capture?] = []
    private var explained = 0

    init(_ clause: ClauseText) {
        self.clause = clause
        reader = SlotReader(clause: clause)
    }

    var isExhausted: Bool { steps >= Self.budget }

    /// Matches the whole clause.
    mutating func match(_ program: PatternProgram) -> PatternMatch? {
        guard !isExhausted else { return nil }
        self.program = program
        captures = Array(repeating: nil, count: program.slots.count)
        explained = 0
        guard run(0, 0, program) else { return nil }
        var result: [String: PatternMatch.Capture] = [:]
        var fit = explained
        for (slot, capture) in zip(program.slots, captures) {
            guard let capture else { continue }
            result[slot.name] = capture
            if slot.type.isSpecific { fit += 2 * capture.range.count }
        }
        return PatternMatch(captures: result, fit: fit)
    }

    private mutating func run(_ start: Int, _ position: Int, _ program: PatternProgram) -> Bool {
        var counter = start
        var position = position
        let explainedBefore = explained
        while true {
            steps += 1
            guard steps < Self.budget else { return false }
            switch program.instructions[counter] {
            case .word(let id):
                guard let next = consume(position, { $0 == id }) else { return fail(explainedBefore) }
                position = next
                counter += 1
            case .words(let ids):
                guard let next = consume(position, { ids.contains($0) }) else { return fail(explainedBefore) }
                position = next
                counter += 1
            case .jump(let target): counter = target
            case .split(let first, let second):
                if run(first, position, program) { return true }
                counter = second
            case .accept:
                return skipFillers(position) == clause.count ? true : fail(explainedBefore)
            case .slot(let index):
                if fill(index, counter + 1, position, program) { return true }
                return fail(explainedBefore)
            }
        }
    }

    private mutating func fail(_ before: Int) -> Bool {
        explained = before
        return false
    }

    /// The position after a matching word, passing over fillers before it.
    private mutating func consume(_ position: Int, _ isWanted: (WordID) -> Bool) -> Int? {
        var position = position
        while position < clause.count {
            if clause.ids[position] >= 0, isWanted(clause.ids[position]) {
                explained += 3
                return position + 1
            }
            guard let next = skip(position) else { return nil }
            position = next
        }
        return nil
    }

    /// The position after a filler, a comma or a time expression at a position; nil if there is none.
    private func skip(_ position: Int) -> Int? {
        if let end = clause.fillerEnd(at: position) ?? clause.timeEnd(at: position) { return end }
        if clause.classes[position].contains(.filler) || clause.isComma(position) { return position + 1 }
        return nil
    }

    private func skipFillers(_ position: Int) -> Int {
        var position = position
        while position < clause.count, let next = skip(position) { position = next }
        return position
    }

    private mutating func fill(_ index: Int, _ next: Int, _ position: Int, _ program: PatternProgram) -> Bool {
        let type = program.slots[index].type
        var start = position
        while start < clause.count {
            if case .accept = program.instructions[next], reader.isOpen(type) {
                // Only the whole remainder can do: no need to try each length.
                if let capture = reader.remainder(type, from: start) {
                    captures[index] = capture
                    return true
                }
            } else {
                for capture in reader.candidates(type, at: start) {
                    steps += 1
                    guard steps < Self.budget else { return false }
                    captures[index] = capture
                    if run(next, capture.range.upperBound, program) { return true }
                    captures[index] = nil
                }
            }
            // A slot may begin after fillers or a time expression too.
            guard let skipped = skip(start) else { return false }
            start = skipped
        }
        return false
    }
}
