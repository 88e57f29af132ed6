import Foundation

/// Why a quantity was not converted.
package enum ConversionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The word that is no unit known here.
    case unknownUnit(String)
    /// Kilometres do not become kilograms.
    case mismatch(MeasureUnit, MeasureUnit)
    /// Rates change daily and are not known without a network.
    case currency
    case belowAbsoluteZero

    package var description: String {
        switch self {
        case .unknownUnit(let word):
            "'\(word)' is not a unit known here; use one of length, mass, temperature, volume, area, speed, time or data"
        case .mismatch(let from, let to):
            "\(from.name(in: .english, plural: true)) measure \(from.dimension.rawValue), \(to.name(in: .english, plural: true)) \(to.dimension.rawValue); choose two of a kind"
        case .currency: "exchange rates change daily and are not known offline; ask when there is a network"
        case .belowAbsoluteZero: "no temperature lies below absolute zero (-273.15 °C); give a higher one"
        }
    }
}

/// A conversion that was asked for, with its result.
package struct ConversionAnswer: Sendable, Hashable {
    /// In `source`; several parts ("5 feet 6 inches") are added up in the unit of the first.
    package let value: Double
    /// Nil only when a unit was not known or a currency.
    package let source: MeasureUnit?
    package let target: MeasureUnit?
    package let result: Result<Double, ConversionError>

    /// "5 miles", "5 میل".
    package func sourceText(in language: Language) -> String {
        source.map { Self.text(value, $0, language) } ?? DecimalFormat.text(value)
    }

    /// "8.0467 kilometres"; nil when there is no result.
    package func resultText(in language: Language) -> String? {
        guard case .success(let result) = result, let target else { return nil }
        return Self.text(result, target, language)
    }

    private static func text(_ value: Double, _ unit: MeasureUnit, _ language: Language) -> String {
        let number = DecimalFormat.text(value, decimals: value.magnitude >= 1000 ? 2 : 4)
        return "\(number) \(unit.name(in: language, plural: number != "1"))"
    }
}

/// Understands and answers questions such as "how many km in 5 miles".
package enum UnitConversion {
    /// Nil when nothing is asked to be converted.
    package static func answer(_ words: [String], language: Language) -> ConversionAnswer? {
        guard words.count <= 200 else { return nil }
        return ConversionReader(words: words.map(WordFolding.fold), language: language).answer()
    }

    /// Between two units of one dimension.
    package static func convert(_ value: Double, from: MeasureUnit, to: MeasureUnit) throws(ConversionError) -> Double {
        guard from.dimension == to.dimension else { throw .mismatch(from, to) }
        let base = (value + from.offset) * from.factor
        if from.dimension == .temperature, base < -1e-9 { throw .belowAbsoluteZero }
        return base / to.factor - to.offset
    }
}
