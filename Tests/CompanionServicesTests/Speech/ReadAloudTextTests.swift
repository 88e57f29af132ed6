import Testing

@testable import CompanionServices

@Suite struct ReadAloudTextTests {
    static let english: [(String, String)] = [
        ("It is 14:30 now.", "It is 2 30 p m now."), ("at 7:05 pm", "at 7 oh 5 pm"), ("at 9:00, sharp", "at 9 o'clock, sharp"),
        ("on 2026-11-28", "on 28th of November 2026"), ("on 3/12/2026.", "on 3rd of December 2026."),
        ("on 11/28/2026", "on 28th of November 2026"), ("31/02/2026", "31/02/2026"),
        ("Rs. 1,250 and Rs.500", "1250 rupees and 500 rupees"), ("($5)", "(5 dollars)"), ("€3.50!", "3.50 euros!"),
        ("3.5 kg, 5kg and -5°C", "3.5 kilograms, 5 kilograms and minus 5 degrees"), ("50% of 1/2", "50 percent of one half"),
        ("pages 5-7", "pages 5 to 7"), ("call 0312-4567890", "call zero three one two, four five six seven eight nine zero"),
        ("+923001234567", "plus nine two three zero zero one two three four five six seven"),
        ("Dr. Khan, e.g. this vs. that", "Doctor Khan, for example this versus that"), ("I said no.", "I said no."),
        ("see https://example.com/tea-time.", "see example dot com slash tea time."),
        ("mail amina@example.com now", "mail amina at example dot com now"), ("**Tea** is `ready` 🙂", "Tea is ready"),
        ("# Title\nline", "Title\nline"), ("agent 007", "agent zero zero seven"), ("the 21st of 12 eggs", "the 21st of 12 eggs"),
        ("a 5 m long rope", "a 5 metres long rope"), ("COVID-19 and 3D", "COVID-19 and 3D"), ("", ""), ("5", "5"),
        ("- . -", "- . -"),
    ]
    static let urdu: [(String, String)] = [
        ("آپ کے پاس 25 روپے ہیں", "آپ کے پاس پچیس روپے ہیں"), ("صبح 7:30 بجے", "صبح ساڑھے سات بجے"),
        ("شام 5:00 بجے۔", "شام پانچ بجے۔"), ("7:15", "سوا سات بجے"), ("7:45 پر", "پونے آٹھ بجے پر"),
        ("7:20 بجے", "سات بج کر بیس منٹ"), ("1:30 بجے", "ڈیڑھ بجے"), ("۲۵ آم، ۱۰٪", "پچیس آم، دس فیصد"),
        ("3.5 کلو", "ساڑھے تین کلو"), ("2026-11-28", "اٹھائیس نومبر دو ہزار چھبیس"), ("Rs. 1,250", "ایک ہزار دو سو پچاس روپے"),
        ("5-7 دن", "پانچ سے سات دن"), ("125000", "ایک لاکھ پچیس ہزار"), ("0312", "صفر تین ایک دو"), ("Dr. علی", "ڈاکٹر علی"),
        ("-4 ڈگری", "منفی چار ڈگری"), ("سلام", "سلام"),
    ]
    static let roman: [(String, String)] = [
        ("25 rupay", "pachees rupay"), ("7:30 baje aana", "sarhay saat baje aana"), ("10%", "das feesad"),
        ("2026-11-28", "atthaees November do hazar chhabbees"), ("Rs 50 do", "pachas rupay do"),
    ]

    @Test("English, as it is read aloud", arguments: english)
    func englishText(text: String, said: String) {
        #expect(ReadAloudText.of(text, in: .english) == said)
    }

    @Test("Urdu, as it is read aloud", arguments: urdu)
    func urduText(text: String, said: String) {
        #expect(ReadAloudText.of(text, in: .urdu) == said)
    }

    @Test("Urdu in Latin letters, as it is read aloud", arguments: roman)
    func romanText(text: String, said: String) {
        #expect(ReadAloudText.of(text, in: .romanUrdu).lowercased() == said.lowercased())
    }

    @Test("no digit is left for an Urdu voice to stumble over")
    func noDigits() {
        let text = "1 22 333 4,444 55,555 6.66 7:07 8:30 9% 10-11 1/2 2026-01-02 0300-1234567 -5 ۱۲۳ Rs. 9.99 5kg +92300123456"
        for language in [Language.urdu, .romanUrdu] {
            let said = ReadAloudText.of(text, in: language)
            #expect(said.filter(\.isNumber).isEmpty, "\(said)")
        }
    }
}
