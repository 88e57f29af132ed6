/// What a unit measures.
package enum Dimension: String, Sendable, Hashable, CaseIterable {
    case length, mass, temperature, volume, area, speed, time, data
}

/// A unit of measure.
package struct MeasureUnit: Sendable, Hashable {
    /// Short and stable: "km", "tola".
    package let id: String
    package let dimension: Dimension
    /// Size in the base unit of its dimension: metre, kilogram, kelvin, litre, square metre, metre a second, second, byte.
    package let factor: Double
    /// Where its zero lies, in its own degrees below the base's zero; only temperatures have one.
    package let offset: Double
    private let english: (one: String, many: String)
    private let urdu: (one: String, many: String)
    private let roman: (one: String, many: String)
    /// Phrases by which it is called, lower case.
    let spellings: [String]

    /// Names are "one|many" or the same for both.
    init(
        _ id: String, _ dimension: Dimension, _ factor: Double, offset: Double = 0, _ english: String, _ urdu: String,
        _ roman: String,
        _ spellings: String
    ) {
        self.id = id
        self.dimension = dimension
        self.factor = factor
        self.offset = offset
        self.english = Self.forms(english)
        self.urdu = Self.forms(urdu)
        self.roman = Self.forms(roman)
        let names = [self.english.one, self.english.many, self.urdu.one, self.urdu.many, self.roman.one, self.roman.many]
        let other = spellings.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }.map(String.init)
        self.spellings = Array(Set((names.map { $0.lowercased() } + other).map(WordFolding.fold)))
    }

    private static func forms(_ text: String) -> (one: String, many: String) {
        let parts = text.split(separator: "|").map(String.init)
        return (parts.first ?? text, parts.last ?? text)
    }

    package func name(in language: Language, plural: Bool) -> String {
        let forms =
            switch language {
            case .english: english
            case .urdu: urdu
            case .romanUrdu: roman
            }
        return plural ? forms.many : forms.one
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.id == rhs.id }

    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
