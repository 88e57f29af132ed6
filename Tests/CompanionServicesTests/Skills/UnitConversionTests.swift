import Testing

@testable import CompanionServices

@Suite struct UnitConversionTests {
    private func answer(_ text: String, _ language: Language) -> String? {
        guard let answer = UnitConversion.answer(text.split(separator: " ").map(String.init), language: language) else {
            return nil
        }
        switch answer.result {
        case .success: return answer.sourceText(in: language) + " = " + (answer.resultText(in: language) ?? "")
        case .failure(let error):
            return switch error {
            case .unknownUnit(let word): "unknown \(word)"
            case .mismatch(let from, let to): "mismatch \(from.id) \(to.id)"
            case .currency: "currency"
            case .belowAbsoluteZero: "too cold"
            }
        }
    }

    @Test(
        "Conversions asked in English",
        arguments: [
            ("how many km in 5 miles", "5 miles = 8.0467 kilometres"),
            ("convert 98.6 f to c", "98.6 degrees Fahrenheit = 37 degrees Celsius"),
            ("convert 98.6f to c", "98.6 degrees Fahrenheit = 37 degrees Celsius"),
            ("5 miles in km", "5 miles = 8.0467 kilometres"), ("5km to miles", "5 kilometres = 3.1069 miles"),
            ("how many grams in a tola", "1 tola = 11.6638 grams"), ("how many grams in tola", "1 tola = 11.6638 grams"),
            ("10 tola in grams", "10 tolas = 116.638 grams"), ("what is 5 feet 6 inches in cm", "5.5 feet = 167.64 centimetres"),
            ("how many feet are there in one mile", "1 mile = 5280 feet"),
            ("minus 40 c to f", "-40 degrees Celsius = -40 degrees Fahrenheit"),
            ("0 c in kelvin", "0 degrees Celsius = 273.15 kelvins"), ("how many minutes in 2 hours", "2 hours = 120 minutes"),
            ("how many days in a week", "1 week = 7 days"), ("one acre in kanal", "1 acre = 8 kanals"),
            ("how many marlas in a kanal", "1 kanal = 20 marlas"),
            ("1 marla in square feet", "1 marla = 272.25 square feet"),
            ("100 km/h to mph", "100 kilometres per hour = 62.1371 miles per hour"),
            ("2 gb in mb", "2 gigabytes = 2000 megabytes"), ("3 cups to ml", "3 cups = 709.7647 millilitres"),
            ("five pounds in kg", "5 pounds = 2.268 kilograms"), ("1 maund to kg", "1 maund = 37.3242 kilograms"),
            ("how many seers in a maund", "1 maund = 40 seers"),
            ("12 in to cm", "12 inches = 30.48 centimetres"), ("how many seconds in a day", "1 day = 86,400 seconds"),
            ("convert two and a half litres to ml", "2.5 litres = 2500 millilitres"),
            ("100 degrees fahrenheit in celsius", "100 degrees Fahrenheit = 37.7778 degrees Celsius"),
            ("convert 5 km to kg", "mismatch km kg"), ("convert 5 km to blorps", "unknown blorps"),
            ("convert 5 blorps to km", "unknown blorps"), ("convert 100 dollars to rupees", "currency"),
            ("how many rupees in a dollar", "currency"), ("100 pounds to rupees", "currency"), ("-300 c in f", "too cold"),
        ] as [(String, String)])
    func english(text: String, expected: String) {
        #expect(answer(text, .english) == expected)
    }

    @Test(
        "Conversions asked in Urdu and Roman Urdu",
        arguments: [
            ("5 میل کتنے کلومیٹر", Language.urdu, "5 میل = 8.0467 کلومیٹر"),
            ("5 میل میں کتنے کلومیٹر ہوتے ہیں", .urdu, "5 میل = 8.0467 کلومیٹر"),
            ("پانچ میل کو کلومیٹر میں بدلو", .urdu, "5 میل = 8.0467 کلومیٹر"),
            ("ایک تولہ کتنے گرام کا ہوتا ہے", .urdu, "1 تولہ = 11.6638 گرام"),
            ("ایک تولے میں کتنے گرام ہوتے ہیں", .urdu, "1 تولہ = 11.6638 گرام"),
            ("ایک ایکڑ میں کتنے کنال", .urdu, "1 ایکڑ = 8 کنال"),
            ("98.6 فارن ہائیٹ کتنے سیلسیس", .urdu, "98.6 ڈگری فارن ہائیٹ = 37 ڈگری سیلسیس"),
            ("دس مرلے مربع فٹ میں", .urdu, "10 مرلے = 2722.5 مربع فٹ"), ("ڈیڑھ گھنٹے میں کتنے منٹ", .urdu, "1.5 گھنٹے = 90 منٹ"),
            ("سو ڈالر کتنے روپے", .urdu, "currency"), ("5 کلو کتنے میٹر", .urdu, "mismatch kg m"),
            ("ایک من میں کتنے کلو", .urdu, "1 من = 37.3242 کلوگرام"),
            ("10 tola gram mein", .romanUrdu, "10 tolay = 116.638 gram"),
            ("5 meel kitne kilometer", .romanUrdu, "5 meel = 8.0467 kilometer"),
            ("ek kanal mein kitne marla", .romanUrdu, "1 kanal = 20 marlay"),
            ("ek man kitne kilo", .romanUrdu, "1 man = 37.3242 kilo"), ("100 dollar kitne rupay", .romanUrdu, "currency"),
            ("dedh ghantay mein kitne minute", .romanUrdu, "1.5 ghantay = 90 minute"),
        ] as [(String, Language, String)])
    func urdu(text: String, language: Language, expected: String) {
        #expect(answer(text, language) == expected)
    }

    @Test(
        "What asks for no conversion is left alone",
        arguments: [
            ("", Language.english), ("i ran 5 km in 30 minutes", .english), ("remind me in 5 minutes", .english),
            ("i live in karachi", .english), ("how many sisters do i have", .english), ("i have 5 dollars", .english),
            ("how many days until friday", .english), ("how much is 2 plus 2", .english), ("the man in the moon", .english),
            ("convert to islam", .english),
            ("پانچ منٹ میں یاد دلانا", .urdu), ("میں لاہور میں رہتا ہوں", .urdu), ("میرے کتنے بھائی ہیں", .urdu),
            ("5 minute mein yaad dilana", .romanUrdu), ("2 ghantay 30 minute mein", .romanUrdu),
            ("mera man nahi lagta", .romanUrdu),
        ] as [(String, Language)])
    func nothing(text: String, language: Language) {
        #expect(answer(text, language) == nil)
    }

    @Test("Converting there and back changes nothing")
    func roundTrip() throws {
        for from in UnitTable.units {
            for to in UnitTable.units where to.dimension == from.dimension {
                let there = try UnitConversion.convert(12.5, from: from, to: to)
                let back = try UnitConversion.convert(there, from: to, to: from)
                if abs(back - 12.5) > 1e-6 { Issue.record("\(from.id) to \(to.id) gives \(back)") }
            }
            if let other = UnitTable.units.first(where: { $0.dimension != from.dimension }) {
                #expect(throws: ConversionError.mismatch(from, other)) { try UnitConversion.convert(1, from: from, to: other) }
            }
        }
    }

    @Test("No spelling names two units, and every error says what to do")
    func table() {
        let all = UnitTable.units.flatMap(\.spellings)
        let twice = Dictionary(grouping: all, by: \.self).filter { $0.value.count > 1 }.keys
        #expect(twice.isEmpty, "\(twice)")
        #expect(Set(UnitTable.units.map(\.id)).count == UnitTable.units.count)
        #expect(ConversionError.unknownUnit("blorp").description.contains("blorp"))
    }
}
