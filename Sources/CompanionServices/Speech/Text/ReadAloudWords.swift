/// The words one language has for what texts abbreviate.
struct ReadAloudWords: Sendable {
    let percent: String
    let minus: String
    let plus: String
    /// Between the ends of a range.
    let to: String
    /// How an hour is called; the first is said.
    let oClock: [String]
    let dot: String
    let slash: String
    let at: String
    let months: [String]
    /// By their sign; longer signs first.
    let money: [(String, String)]
    let units: [String: String]
    let fractions: [String: String]
    /// In lower case, without the last full stop.
    let abbreviations: [String: String]

    static func of(_ language: Language) -> ReadAloudWords {
        switch language {
        case .english: english
        case .urdu: urdu
        case .romanUrdu: romanUrdu
        }
    }

    private static let english = ReadAloudWords(
        percent: "percent", minus: "minus", plus: "plus", to: "to", oClock: ["o'clock"], dot: "dot", slash: "slash", at: "at",
        months: TemporalPhrases.english.months,
        money: [
            ("PKR", "rupees"), ("Rs.", "rupees"), ("Rs", "rupees"), ("₨", "rupees"), ("$", "dollars"), ("€", "euros"),
            ("£", "pounds"),
        ],
        units: [
            "kg": "kilograms", "g": "grams", "km": "kilometres", "cm": "centimetres", "mm": "millimetres", "m": "metres",
            "ml": "millilitres", "l": "litres", "L": "litres", "°C": "degrees", "°F": "degrees Fahrenheit", "°": "degrees",
            "km/h": "kilometres an hour", "kWh": "kilowatt hours", "W": "watts", "GB": "gigabytes", "MB": "megabytes",
        ],
        fractions: ["1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters"],
        abbreviations: [
            "dr": "Doctor", "mr": "Mister", "mrs": "Missis", "prof": "Professor", "vs": "versus", "etc": "et cetera",
            "e.g": "for example", "i.e": "that is", "approx": "approximately", "jan": "January", "feb": "February",
            "aug": "August", "sept": "September", "oct": "October", "nov": "November", "dec": "December",
        ])

    private static let urdu = ReadAloudWords(
        percent: "فیصد", minus: "منفی", plus: "پلس", to: "سے", oClock: ["بجے"], dot: "ڈاٹ", slash: "سلیش", at: "ایٹ",
        months: TemporalPhrases.urdu.months,
        money: [("PKR", "روپے"), ("Rs.", "روپے"), ("Rs", "روپے"), ("₨", "روپے"), ("$", "ڈالر"), ("€", "یورو"), ("£", "پاؤنڈ")],
        units: [
            "kg": "کلو", "g": "گرام", "km": "کلومیٹر", "cm": "سینٹی میٹر", "mm": "ملی میٹر", "m": "میٹر", "ml": "ملی لیٹر",
            "l": "لیٹر", "L": "لیٹر", "°C": "ڈگری", "°F": "ڈگری فارن ہائیٹ", "°": "ڈگری", "km/h": "کلومیٹر فی گھنٹہ",
        ],
        fractions: ["1/2": "آدھا", "1/3": "ایک تہائی", "2/3": "دو تہائی", "1/4": "چوتھائی", "3/4": "تین چوتھائی"],
        abbreviations: ["dr": "ڈاکٹر", "mr": "مسٹر", "mrs": "مسز", "prof": "پروفیسر", "etc": "وغیرہ"])

    private static let romanUrdu = ReadAloudWords(
        percent: "feesad", minus: "manfi", plus: "plus", to: "se", oClock: ["baje", "bajay"], dot: "dot", slash: "slash",
        at: "at",
        months: TemporalPhrases.romanUrdu.months,
        money: [
            ("PKR", "rupay"), ("Rs.", "rupay"), ("Rs", "rupay"), ("₨", "rupay"), ("$", "dollar"), ("€", "euro"), ("£", "pound"),
        ],
        units: [
            "kg": "kilo", "g": "gram", "km": "kilometer", "cm": "centimeter", "mm": "millimeter", "m": "meter",
            "ml": "milliliter",
            "l": "liter", "L": "liter", "°C": "degree", "°F": "degree Fahrenheit", "°": "degree", "km/h": "kilometer fi ghanta",
        ],
        fractions: ["1/2": "aadha", "1/3": "ek tihai", "2/3": "do tihai", "1/4": "chauthai", "3/4": "teen chauthai"],
        abbreviations: ["dr": "doctor", "mr": "mister", "mrs": "missis", "prof": "professor", "etc": "waghaira"])
}
