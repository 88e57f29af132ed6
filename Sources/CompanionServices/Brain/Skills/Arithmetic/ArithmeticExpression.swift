import Foundation

/// Why a sum has no result.
package enum ArithmeticError: Error, Sendable, Hashable, CustomStringConvertible {
    case divisionByZero
    /// Beyond 10³⁰, or a power that would be.
    case tooLarge
    case rootOfNegative
    /// A factorial of a fraction, a negative or a large number.
    case factorialOutOfRange
    /// More than 200 operations or 40 brackets.
    case tooLong

    package var description: String {
        switch self {
        case .divisionByZero: "nothing can be divided by zero; choose another divisor"
        case .tooLarge: "the result is too large; numbers up to 10^30 can be computed"
        case .rootOfNegative: "a negative number has no square root; use a number from 0"
        case .factorialOutOfRange: "a factorial can be computed of whole numbers from 0 to 25"
        case .tooLong: "the sum is too long; ask it in parts"
        }
    }
}

/// A sum as a tree.
indirect enum ArithmeticExpression: Sendable, Hashable {
    enum Operation: String, Sendable, Hashable {
        case add = "+"
        case subtract = "−"
        case multiply = "×"
        case divide = "÷"
        case power = "^"
        case remainder = "mod"
    }

    case number(Decimal)
    case negative(ArithmeticExpression)
    case operation(Operation, ArithmeticExpression, ArithmeticExpression)
    /// "15%", a hundredth unless it stands after plus or minus.
    case percent(ArithmeticExpression)
    case root(ArithmeticExpression, degree: Int)
    case factorial(ArithmeticExpression)

    /// Whether anything is computed at all.
    var isComputed: Bool {
        switch self {
        case .number: false
        case .negative(let inner): inner.isComputed
        case .percent(let inner): inner.isComputed
        default: true
        }
    }

    func value() throws(ArithmeticError) -> Decimal {
        switch self {
        case .number(let value): return value
        case .negative(let inner): return -(try inner.value())
        case .percent(let inner): return try Self.divide(inner.value(), 100)
        case .root(let inner, let degree): return try Self.root(inner.value(), degree: degree)
        case .factorial(let inner): return try Self.factorial(inner.value())
        case .operation(let operation, let left, let right):
            // 200 + 10% is 220, as on a pocket calculator.
            if case .percent(let share) = right, operation == .add || operation == .subtract {
                let base = try left.value()
                let part = try Self.multiply(base, Self.divide(share.value(), 100))
                return try Self.checked(operation == .add ? base + part : base - part)
            }
            return try Self.apply(operation, left.value(), right.value())
        }
    }

    private static func apply(_ operation: Operation, _ left: Decimal, _ right: Decimal) throws(ArithmeticError) -> Decimal {
        switch operation {
        case .add: return try checked(left + right)
        case .subtract: return try checked(left - right)
        case .multiply: return try multiply(left, right)
        case .divide: return try divide(left, right)
        case .power: return try power(left, right)
        case .remainder:
            guard right != 0 else { throw .divisionByZero }
            let quotient = try divide(left, right)
            return try checked(left - DecimalFormat.round(quotient, places: 0, towardZero: true) * right)
        }
    }

    private static let limit = Decimal(sign: .plus, exponent: 30, significand: 1)

    private static func checked(_ value: Decimal) throws(ArithmeticError) -> Decimal {
        guard value.isFinite, value.magnitude <= limit else { throw .tooLarge }
        return value
    }

    /// Looks at the size first: Decimal itself would lose digits silently.
    private static func multiply(_ left: Decimal, _ right: Decimal) throws(ArithmeticError) -> Decimal {
        guard (left.approximate * right.approximate).magnitude <= 1.000001e30 else { throw .tooLarge }
        return try checked(left * right)
    }

    private static func divide(_ left: Decimal, _ right: Decimal) throws(ArithmeticError) -> Decimal {
        guard right != 0 else { throw .divisionByZero }
        guard (left.approximate / right.approximate).magnitude <= 1.000001e30 else { throw .tooLarge }
        return try checked(left / right)
    }

    private static func power(_ base: Decimal, _ exponent: Decimal) throws(ArithmeticError) -> Decimal {
        let exact = exponent.approximate
        guard let times = Int(exactly: exact), times.magnitude <= 1000 else {
            guard base >= 0 else { throw .rootOfNegative }
            return try converted(Foundation.pow(base.approximate, exact))
        }
        if base == 0, times < 0 { throw .divisionByZero }
        var result = Decimal(1)
        for _ in 0..<times.magnitude {
            result = try multiply(result, base)
            if result == 0 { break }
        }
        return times < 0 ? try divide(1, result) : result
    }

    private static func root(_ value: Decimal, degree: Int) throws(ArithmeticError) -> Decimal {
        if value < 0, degree.isMultiple(of: 2) { throw .rootOfNegative }
        let magnitude = Foundation.pow(value.approximate.magnitude, 1 / Double(degree))
        let near = try converted(magnitude)
        // Exact where the root is a short decimal: 12, not 11.999…
        let short = DecimalFormat.round(near, places: 6)
        let exact = try power(short, Decimal(degree)) == value.magnitude ? short : near
        return value < 0 ? -exact : exact
    }

    private static func factorial(_ value: Decimal) throws(ArithmeticError) -> Decimal {
        guard let whole = Int(exactly: value.approximate), (0...25).contains(whole) else { throw .factorialOutOfRange }
        return whole < 2 ? 1 : (2...whole).reduce(Decimal(1)) { $0 * Decimal($1) }
    }

    private static func converted(_ value: Double) throws(ArithmeticError) -> Decimal {
        guard value.isFinite, value.magnitude <= 1e30 else { throw .tooLarge }
        // Fifteen digits are what a Double holds; the rest would be noise.
        return try Decimal(string: String(format: "%.15g", value), locale: nil).map(checked) ?? 0
    }
}

extension Decimal {
    var approximate: Double { NSDecimalNumber(decimal: self).doubleValue }
}

extension DecimalFormat {
    static func round(_ value: Decimal, places: Int, towardZero: Bool) -> Decimal {
        var source = value
        var result = Decimal()
        NSDecimalRound(&result, &source, places, value < 0 ? .up : .down)
        return result
    }
}

extension ArithmeticExpression {
    /// The sum as it would be written: "12 × 7", "15% of 240".
    var text: String {
        switch self {
        case .number(let value): DecimalFormat.text(value)
        case .negative(let inner): "-" + inner.bracketed
        case .percent(let inner): inner.bracketed + "%"
        case .root(let inner, let degree): (degree == 2 ? "√" : "∛") + inner.bracketed
        case .factorial(let inner): inner.bracketed + "!"
        case .operation(.multiply, .percent(let share), let whole): "\(share.bracketed)% × \(whole.bracketed)"
        case .operation(.power, let left, let right): "\(left.bracketed)^\(right.bracketed)"
        case .operation(let operation, let left, let right):
            "\(left.bracketed(beside: operation)) \(operation.rawValue) \(right.bracketed(after: operation))"
        }
    }

    private var bracketed: String {
        switch self {
        case .operation, .negative: "(\(text))"
        default: text
        }
    }

    private func bracketed(beside outer: Operation) -> String {
        guard case .operation(let inner, _, _) = self else { return text }
        return inner.strength < outer.strength ? "(\(text))" : text
    }

    private func bracketed(after outer: Operation) -> String {
        guard case .operation(let inner, _, _) = self else { return text }
        let needs = inner.strength < outer.strength || (inner.strength == outer.strength && outer != .add && outer != .multiply)
        return needs ? "(\(text))" : text
    }
}

extension ArithmeticExpression.Operation {
    fileprivate var strength: Int {
        switch self {
        case .add, .subtract: 1
        case .multiply, .divide, .remainder: 2
        case .power: 3
        }
    }
}
