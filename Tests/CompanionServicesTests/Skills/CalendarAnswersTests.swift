import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite struct CalendarAnswersTests {
    private let probe = TemporalProbe()

    private func answer(_ text: String, _ language: Language) -> String? {
        let words = TemporalProbe.words(text)
        guard let question = CalendarQuestionReader(timeZone: probe.zone).question(in: words, language: language, now: probe.now)
        else {
            return nil
        }
        return CalendarAnswers(timeZone: probe.zone, language: language).answer(question, now: probe.now)
    }

    @Test(
        "Questions about clock and calendar in English",
        arguments: [
            ("what time is it", "It's 2:00 pm."), ("what is the time", "It's 2:00 pm."), ("what time is it now", "It's 2:00 pm."),
            ("tell me the time please", "It's 2:00 pm."), ("what time is it in london", "It's 9:00 am in London."),
            ("time in tokyo", "It's 6:00 pm in Tokyo."), ("what is the time in new york right now", "It's 5:00 am in New York."),
            ("current time in dubai", "It's 1:00 pm in Dubai."), ("what time is it in auckland", "It's 10:00 pm in Auckland."),
            ("what time is it in blorpville", "I don't know which time zone blorpville is in. Try a larger city nearby."),
            ("what is the date today", "Today is Tuesday, 10 March 2026."),
            ("what is today's date", "Today is Tuesday, 10 March 2026."), ("what day is it", "Today is Tuesday, 10 March 2026."),
            ("what day is it today", "Today is Tuesday, 10 March 2026."),
            ("what date is it tomorrow", "Tomorrow is Wednesday, 11 March 2026."),
            ("what date was yesterday", "Yesterday was Monday, 9 March 2026."),
            ("what day is 14 august 2026", "14 August 2026 is a Friday."),
            ("what day of the week was 14 august 1947", "14 August 1947 was a Thursday."),
            ("which day was 14 august 1947", "14 August 1947 was a Thursday."),
            ("how many days until 20 march", "It's 10 days until Friday, 20 March."),
            ("how many days are left until 20 march", "It's 10 days until Friday, 20 March."),
            ("how many weeks until 14 august", "It's 22 weeks and 3 days until Friday, 14 August."),
            ("how long until friday", "It's 3 days until Friday, 13 March."),
            ("how many days since 1 january 2026", "It's 68 days since Thursday, 1 January."),
            ("how old am i if i was born on 5 march 1990", "Somebody born on 5 March 1990 is 36 now."),
            ("how old is someone born on 11 march 1990", "Somebody born on 11 March 1990 is 35 now."),
            ("how old is someone born in 1990", "Somebody born in 1990 is 35 or 36."),
            ("what day is 31 february 2026", "There is no 31 February 2026."),
        ] as [(String, String)])
    func english(text: String, expected: String) {
        #expect(answer(text, .english) == expected)
    }

    @Test(
        "The same in Urdu",
        arguments: [
            ("کیا وقت ہوا ہے", Language.urdu, "اس وقت دوپہر 2 بجے ہیں۔"), ("کتنے بجے ہیں", .urdu, "اس وقت دوپہر 2 بجے ہیں۔"),
            ("لندن میں کیا وقت ہے", .urdu, "لندن میں اس وقت صبح 9 بجے ہیں۔"),
            ("آج کیا تاریخ ہے", .urdu, "آج منگل 10 مارچ 2026 ہے۔"), ("آج کون سا دن ہے", .urdu, "آج منگل 10 مارچ 2026 ہے۔"),
            ("14 اگست 2026 کو کون سا دن ہے", .urdu, "14 اگست 2026 کو جمعہ ہوگا۔"),
            ("20 مارچ تک کتنے دن ہیں", .urdu, "جمعہ 20 مارچ میں 10 دن باقی ہیں۔"),
            ("time kya hua hai", .romanUrdu, "Is waqt dopahar 2 baje hain."),
            ("kitne baje hain", .romanUrdu, "Is waqt dopahar 2 baje hain."),
            ("dubai mein kya time hai", .romanUrdu, "Dubai mein is waqt dopahar 1 baje hain."),
            ("aaj kya tareekh hai", .romanUrdu, "Aaj mangal 10 March 2026 hai."),
            ("aaj kaun sa din hai", .romanUrdu, "Aaj mangal 10 March 2026 hai."),
            ("20 march tak kitne din hain", .romanUrdu, "juma 20 March mein 10 din baqi hain."),
        ] as [(String, Language, String)])
    func urdu(text: String, language: Language, expected: String) {
        #expect(answer(text, language) == expected)
    }

    @Test(
        "Other sentences are left alone",
        arguments: [
            "", "i had a good time in london", "what time is my meeting", "how many sisters do i have",
            "i was born on 5 march 1990 in lahore", "what did i do yesterday", "when is my birthday", "time flies",
            "how old is my sister", "date", "what is the plan", "how many days did i work",
        ])
    func nothing(text: String) {
        #expect(answer(text, .english) == nil)
    }

    @Test("Every city has a zone this machine knows, and names in both scripts")
    func cities() {
        for row in CityTable.rows {
            let fields = row.split(separator: "|").map(String.init)
            #expect(fields.count >= 3, "\(row)")
            #expect(CityTable.standard.city(named: fields[1])?.timeZone != nil, "\(row)")
            #expect(CityTable.standard.city(named: fields[2])?.zone == fields[0], "\(row)")
        }
        #expect(CityTable.standard.city(named: "Nowhere") == nil)
    }

    @Test(
        "Birthdays count from their day", arguments: [(2000, 3, 10, 26), (2000, 3, 11, 25), (2024, 2, 29, 2), (2026, 3, 10, 0)])
    func years(year: Int, month: Int, day: Int, expected: Int) throws {
        let birth = try #require(LocalDate(year: year, month: month, day: day))
        let today = try #require(LocalDate(year: 2026, month: 3, day: 10))
        #expect(CalendarAnswers.years(from: birth, to: today) == expected)
    }
}
