import Testing

@testable import CompanionServices

@Suite struct NumberWordsTests {
    private func only(_ text: String, _ language: Language) -> Double? {
        let words = text.split(separator: " ").map(String.init)
        guard let match = NumberWords.match(in: words, at: 0, language: language), match.words.upperBound == words.count else {
            return nil
        }
        return match.value
    }

    @Test(
        "Numbers in English words and digits are read whole",
        arguments: [
            ("zero", 0), ("seven", 7), ("twelve", 12), ("twenty", 20), ("twenty five", 25), ("twenty-five", 25),
            ("a hundred", 100),
            ("hundred", 100), ("one hundred and five", 105), ("two hundred fifty", 250), ("three thousand", 3000),
            ("two thousand twenty six", 2026), ("one thousand two hundred and thirty four", 1234), ("a dozen", 12),
            ("two dozen", 24), ("half a dozen", 6), ("a couple of", 2), ("two and a half", 2.5), ("three and a quarter", 3.25),
            ("one and a half million", 1_500_000), ("two and half", 2.5), ("three point five", 3.5),
            ("zero point two five", 0.25),
            ("3.5", 3.5), ("1,200", 1200), ("12,34,567", 1_234_567), ("1,234,567.5", 1_234_567.5), ("-7", -7),
            ("2.5 million", 2_500_000), ("5 lakh", 500_000), ("two crore", 20_000_000), ("5 lakh 20 thousand", 520_000),
            ("half a million", 500_000), ("twenty first", 21), ("5th", 5), ("twenty-third", 23), ("one hundredth", 100),
            ("one million two hundred thousand and six", 1_200_006), ("2.5", 2.5), (".5", 0.5),
        ] as [(String, Double)])
    func english(text: String, value: Double) {
        #expect(only(text, .english) == value)
    }

    @Test(
        "Numbers in Urdu words, with the fractions people say",
        arguments: [
            ("صفر", 0), ("ایک", 1), ("پچیس", 25), ("اٹھاون", 58), ("ننانوے", 99), ("سو", 100), ("ایک سو پچیس", 125),
            ("دو ہزار چھبیس", 2026), ("پانچ لاکھ", 500_000), ("دو کروڑ", 20_000_000), ("ڈیڑھ", 1.5), ("ڈھائی", 2.5),
            ("ساڑھے تین", 3.5), ("سوا دو", 2.25), ("پونے چار", 3.75), ("ڈیڑھ سو", 150), ("ڈھائی ہزار", 2500),
            ("ساڑھے تین لاکھ", 350_000), ("سوا سو", 125), ("پونے دو سو", 175), ("سوا لاکھ", 125_000), ("۲۵", 25),
            ("تین اعشاریہ پانچ", 3.5), ("ایک درجن", 12), ("پانچواں", 5), ("تیسری", 3), ("یکم", 1), ("ساڑھے 4", 4.5),
            ("ایک لاکھ بیس ہزار پانچ سو", 120_500), ("بائیس", 22), ("تئیس", 23), ("تیس", 30), ("انیس", 19), ("1,200", 1200),
            ("twenty five", 25),
        ] as [(String, Double)])
    func urdu(text: String, value: Double) {
        #expect(only(text, .urdu) == value)
    }

    @Test(
        "Numbers in Roman Urdu, however they are spelt",
        arguments: [
            ("ek", 1), ("aik", 1), ("teen", 3), ("paanch", 5), ("panch", 5), ("das", 10), ("dus", 10), ("pachees", 25),
            ("pachis", 25), ("pacheees", 25), ("chhabbees", 26), ("chabbis", 26), ("ikkis", 21), ("athaees", 28), ("pachaas", 50),
            ("so", 100), ("sau", 100), ("do sau", 200), ("do hazar chhabbees", 2026), ("dedh", 1.5), ("derh", 1.5), ("dhai", 2.5),
            ("dhaai", 2.5), ("sarhay teen", 3.5), ("sadhe chaar", 4.5), ("sava do", 2.25), ("sawa do", 2.25),
            ("paunay chaar", 3.75),
            ("pone do", 1.75), ("paanch lakh", 500_000), ("sava so", 125), ("twenty five", 25), ("teesra", 3), ("nawwe", 90),
        ] as [(String, Double)])
    func romanUrdu(text: String, value: Double) {
        #expect(only(text, .romanUrdu) == value)
    }

    @Test(
        "What is no number is left alone",
        arguments: ["", "a", "an", "half", "hello", "1,2", "1..2", "5pm", "10:30", "and", "point", "1,23", "--5", "٪"])
    func nothing(text: String) {
        for language in Language.allCases {
            #expect(NumberWords.find(in: [text], language: language).isEmpty, "\(text) in \(language)")
        }
    }

    @Test("Several numbers in one sentence keep their places")
    func several() {
        let words = "i have two cats and twenty one fish in 3 tanks".split(separator: " ").map(String.init)
        let found = NumberWords.find(in: words, language: .english)
        #expect(found.map(\.value) == [2, 21, 3])
        #expect(found.map(\.words) == [2..<3, 5..<7, 9..<10])
        #expect(NumberWords.find(in: ["five", "six"], language: .english).map(\.value) == [5, 6])
        #expect(NumberWords.find(in: ["دو", "تین"], language: .urdu).map(\.value) == [2, 3])
    }

    @Test("Words that usually mean something else are marked as doubtful")
    func weak() {
        let give = NumberWords.find(in: ["یاد", "دلا", "دو"], language: .urdu)
        #expect(give.map(\.isWeak) == [true])
        #expect(NumberWords.find(in: ["دو", "سو"], language: .urdu).map(\.isWeak) == [false])
        #expect(NumberWords.find(in: ["do"], language: .romanUrdu).map(\.isWeak) == [true])
        #expect(NumberWords.find(in: ["five"], language: .english).map(\.isWeak) == [false])
    }

    @Test("Writing a number and reading it back gives the number", arguments: Language.allCases)
    func roundTrip(language: Language) {
        for value in Array(0...1000) + [1001, 2026, 9999, 10_000, 99_999, 100_000, 1_234_567, 25_000_000, 999_999_999_999] {
            let text = NumberWords.spell(value, in: language)
            #expect(only(text, language) == Double(value), "\(value) as \(text)")
        }
        for quarter in 1...80 {
            let value = Double(quarter) / 4
            let text = NumberWords.spell(value, in: language)
            if value == 0.5 || value == 0.25 { continue }
            #expect(only(text, language) == value, "\(value) as \(text)")
        }
    }

    @Test("English ordinals read back as themselves")
    func ordinals() {
        for value in 1...999 {
            let ordinal = NumberWords.ordinal(value)
            let match = NumberWords.match(in: ordinal.split(separator: " ").map(String.init), at: 0, language: .english)
            #expect(match?.integer == value && match?.isOrdinal == true, "\(value) as \(ordinal)")
        }
    }

    @Test("No two numbers share a word", arguments: [NumberLexicon.urduValues, NumberLexicon.romanUrduValues])
    func unique(values: [String]) {
        let all = values.flatMap { $0.split(separator: " ").map { WordFolding.fold(String($0)) } }
        let twice = Dictionary(grouping: all, by: \.self).filter { $0.value.count > 1 }.keys
        #expect(values.count == 100)
        #expect(
            twice.allSatisfy { word in
                values.count { $0.split(separator: " ").contains { WordFolding.fold(String($0)) == word } } == 1
            })
    }

    @Test(
        "Numbers are said as people say them",
        arguments: [
            (25, "twenty-five", "پچیس", "pachees"), (105, "one hundred and five", "ایک سو پانچ", "ek sau paanch"),
            (1234, "one thousand two hundred and thirty-four", "ایک ہزار دو سو چونتیس", "ek hazar do sau chauntees"),
            (-3, "minus three", "منفی تین", "manfi teen"), (0, "zero", "صفر", "sifar"),
            (150_000, "one hundred and fifty thousand", "ایک لاکھ پچاس ہزار", "ek lakh pachas hazar"),
        ])
    func spoken(value: Int, english: String, urdu: String, roman: String) {
        #expect(NumberWords.spell(value, in: .english) == english)
        #expect(NumberWords.spell(value, in: .urdu) == urdu)
        #expect(NumberWords.spell(value, in: .romanUrdu) == roman)
    }

    @Test("Fractions and ordinals are said as people say them")
    func spokenFractions() {
        #expect(NumberWords.spell(1.5, in: .urdu) == "ڈیڑھ")
        #expect(NumberWords.spell(4.5, in: .urdu) == "ساڑھے چار")
        #expect(NumberWords.spell(2.5, in: .english) == "two and a half")
        #expect(NumberWords.spell(3.14, in: .english) == "three point one four")
        #expect(NumberWords.spell(-0.1, in: .romanUrdu) == "manfi sifar aishariya ek")
        #expect(
            [1, 2, 3, 4, 11, 12, 13, 21, 112].map(NumberWords.shortOrdinal) == [
                "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
            ])
        #expect(NumberWords.ordinal(30) == "thirtieth")
        #expect(NumberWords.spell(Double.nan, in: .english) == "nan")
    }
}
