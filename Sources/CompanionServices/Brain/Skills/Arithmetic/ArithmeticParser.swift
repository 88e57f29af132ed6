import Foundation

/// Builds the tree of a sum by recursive descent; what is no sum gives nil.
struct ArithmeticParser {
    private let tokens: [ArithmeticToken]
    private var index = 0
    private var depth = 0
    private(set) var isTooLong = false

    init(_ tokens: [ArithmeticToken]) {
        // Fillers carry nothing once the words were recognised.
        self.tokens = tokens.filter { $0 != .word(.filler) && $0 != .word(.article) }
    }

    /// The tree when all tokens belong to one sum.
    mutating func parse() -> ArithmeticExpression? {
        guard tokens.count <= 200 else {
            isTooLong = true
            return nil
        }
        for reading in [imperative, postfix, whole] {
            index = 0
            depth = 0
            if let expression = reading(&self), index == tokens.count { return expression }
        }
        return nil
    }

    private func whole(_ parser: inout Self) -> ArithmeticExpression? { parser.sum() }

    private func peek(_ offset: Int = 0) -> ArithmeticWord? {
        let position = index + offset
        guard position < tokens.count, case .word(let word) = tokens[position] else { return nil }
        return word
    }

    private mutating func skip(_ word: ArithmeticWord) -> Bool {
        guard peek() == word else { return false }
        index += 1
        return true
    }

    // MARK: Orders: "add 5 and 3", "sum of 4 and 6", "subtract 5 from 10"

    private func imperative(_ parser: inout Self) -> ArithmeticExpression? {
        guard let word = parser.peek() else { return nil }
        parser.index += 1
        switch word {
        case .add, .sum: return parser.pair(.add, joints: [.and, .to, .with, .plus])
        case .product, .multiply: return parser.pair(.multiply, joints: [.and, .by, .with])
        case .difference: return parser.pair(.subtract, joints: [.and])
        case .divide: return parser.pair(.divide, joints: [.by, .with])
        case .remainder: return parser.pair(.remainder, joints: [.by, .and, .dividedBy])
        case .subtract:
            guard let taken = parser.term(), parser.skip(.from), let base = parser.term() else { return nil }
            return .operation(.subtract, base, taken)
        default: return nil
        }
    }

    private mutating func pair(_ operation: ArithmeticExpression.Operation, joints: Set<ArithmeticWord>) -> ArithmeticExpression?
    {
        _ = skip(.of) || skip(.from)
        // "the sum of", "difference between": the joint belongs to the pair, so the ends are terms.
        guard var result = power() else { return nil }
        var count = 1
        while let joint = peek(), joints.contains(joint) {
            index += 1
            if joint == .dividedBy { _ = skip(.by) }
            guard let next = power() else { return nil }
            result = .operation(operation, result, next)
            count += 1
        }
        return count > 1 ? result : nil
    }

    // MARK: Urdu's order: "12 کو 7 سے ضرب", "5 اور 3 جمع", "10 میں سے 4 نکالو", "240 کا 15 فیصد", "2 aur 2"

    private func postfix(_ parser: inout Self) -> ArithmeticExpression? {
        guard let left = parser.atom() else { return nil }
        switch parser.peek() {
        case .object:
            parser.index += 1
            let isFrom = parser.skip(.with)
            guard let right = parser.atom() else { return nil }
            if isFrom {
                guard parser.skip(.subtract) || parser.skip(.minus) else { return nil }
                return .operation(.subtract, left, right)
            }
            _ = parser.skip(.with)
            return parser.operation().map { .operation($0, left, right) }
        case .and:
            parser.index += 1
            guard let right = parser.atom() else { return nil }
            // "2 اور 2 کتنے" has no sign at all.
            _ = parser.skip(.object) || parser.skip(.of)
            if parser.index == parser.tokens.count { return .operation(.add, left, right) }
            return parser.operation().map { .operation($0, left, right) }
        case .of:
            parser.index += 1
            return parser.possession(of: left)
        default: return nil
        }
    }

    /// What follows "X کا": 15 فیصد, آدھا, جذر, مربع, چوتھائی, ڈبل.
    private mutating func possession(of base: ArithmeticExpression) -> ArithmeticExpression? {
        switch peek() {
        case .half: return taking(.operation(.divide, base, .number(2)))
        case .third: return taking(.operation(.divide, base, .number(3)))
        case .quarter: return taking(.operation(.divide, base, .number(4)))
        case .double: return taking(.operation(.multiply, base, .number(2)))
        case .triple: return taking(.operation(.multiply, base, .number(3)))
        case .squareRoot: return taking(.root(base, degree: 2))
        case .squared: return taking(.operation(.power, base, .number(2)))
        case .cubed: return taking(.operation(.power, base, .number(3)))
        case .power:
            index += 1
            return atom().map { .operation(.power, base, $0) }
        default:
            guard let share = atom(), case .percent = share else { return nil }
            return .operation(.multiply, share, base)
        }
    }

    private mutating func taking(_ expression: ArithmeticExpression) -> ArithmeticExpression {
        index += 1
        return expression
    }

    private mutating func operation() -> ArithmeticExpression.Operation? {
        let operation: ArithmeticExpression.Operation? =
            switch peek() {
            case .plus, .add: .add
            case .minus, .subtract: .subtract
            case .times, .multiply: .multiply
            case .dividedBy, .divide: .divide
            default: nil
            }
        if operation != nil { index += 1 }
        return operation
    }

    // MARK: The usual order, weakest sign first

    private mutating func sum() -> ArithmeticExpression? {
        guard var left = term() else { return nil }
        while let sign = peek(), sign == .plus || sign == .minus {
            index += 1
            guard let right = term() else { return nil }
            left = .operation(sign == .plus ? .add : .subtract, left, right)
        }
        return left
    }

    private mutating func term() -> ArithmeticExpression? {
        guard var left = power() else { return nil }
        while let word = peek() {
            switch word {
            case .times, .dividedBy, .remainder:
                index += 1
                _ = skip(.by) || skip(.with)
                guard let right = power() else { return nil }
                left = .operation(word == .times ? .multiply : word == .dividedBy ? .divide : .remainder, left, right)
            case .by:
                // "12 into 7"
                index += 1
                guard let right = power() else { return nil }
                left = .operation(.multiply, left, right)
            case .of:
                // "15% of 240", "15 percent of 10 plus 5"
                guard case .percent = left else { return nil }
                index += 1
                guard let right = power() else { return nil }
                left = .operation(.multiply, left, right)
            case .open:
                guard let right = power() else { return nil }
                left = .operation(.multiply, left, right)
            default: return left
            }
        }
        return left
    }

    /// Right associative; binds stronger than a sign before it: -2^2 is -4.
    private mutating func power() -> ArithmeticExpression? {
        guard nest() else { return nil }
        defer { depth -= 1 }
        if skip(.minus) { return power().map { .negative($0) } }
        if skip(.plus) { return power() }
        guard let base = atom() else { return nil }
        // "2 to the power of 3"
        if peek() == .to, peek(1) == .power { index += 1 }
        guard skip(.power) else { return base }
        _ = skip(.of)
        guard let exponent = power() else { return nil }
        return .operation(.power, base, exponent)
    }

    private mutating func atom() -> ArithmeticExpression? {
        guard index < tokens.count, var result = opening() else { return nil }
        while let word = peek() {
            switch word {
            case .percent: result = .percent(result)
            case .squared: result = .operation(.power, result, .number(2))
            case .cubed: result = .operation(.power, result, .number(3))
            case .factorial: result = .factorial(result)
            default: return result
            }
            index += 1
        }
        return result
    }

    private mutating func opening() -> ArithmeticExpression? {
        if case .number(let value) = tokens[index] {
            index += 1
            // "two thirds of 90", "three quarters of 80"
            if peek(1) == .of, let parts = parts(of: peek()) {
                index += 2
                return power().map { .operation(.divide, .operation(.multiply, .number(value), $0), .number(parts)) }
            }
            return .number(value)
        }
        guard let word = peek() else { return nil }
        index += 1
        switch word {
        case .open:
            guard let inner = sum(), skip(.close) else { return nil }
            return inner
        case .squareRoot, .cubeRoot:
            _ = skip(.of)
            return root(degree: word == .squareRoot ? 2 : 3)
        case .half, .third, .quarter:
            guard skip(.of), let whole = power(), let parts = parts(of: word) else { return nil }
            return .operation(.divide, whole, .number(parts))
        case .double, .triple:
            _ = skip(.of)
            return power().map { .operation(.multiply, .number(word == .double ? 2 : 3), $0) }
        case .factorial:
            guard skip(.of) else { return nil }
            return power().map { .factorial($0) }
        default: return nil
        }
    }

    private mutating func root(degree: Int) -> ArithmeticExpression? {
        guard nest() else { return nil }
        defer { depth -= 1 }
        guard let inner = peek() == .minus ? power() : atom() else { return nil }
        return .root(inner, degree: degree)
    }

    private func parts(of word: ArithmeticWord?) -> Decimal? {
        switch word {
        case .half: 2
        case .third: 3
        case .quarter: 4
        default: nil
        }
    }

    /// Keeps a line of a thousand brackets from exhausting the stack.
    private mutating func nest() -> Bool {
        depth += 1
        if depth > 40 { isTooLong = true }
        return depth <= 40
    }
}
