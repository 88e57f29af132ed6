import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite struct TemporalFormatterTests {
    private let probe = TemporalProbe()

    private func formatter(_ language: Language) -> TemporalFormatter {
        TemporalFormatter(timeZone: probe.zone, language: language)
    }

    private func say(_ iso: String, _ language: Language) throws -> String {
        formatter(language).dateTime(try #require(Timestamp(iso8601: iso)), now: probe.now)
    }

    @Test(
        "A moment is said as seen from today",
        arguments: [
            ("2026-03-11T12:00:00Z", "tomorrow at 5:00 pm", "کل شام 5 بجے", "kal shaam 5 baje"),
            ("2026-03-10T15:30:00Z", "today at 8:30 pm", "آج رات ساڑھے 8 بجے", "aaj raat sarhay 8 baje"),
            ("2026-03-09T03:15:00Z", "yesterday at 8:15 am", "کل صبح سوا 8 بجے", "kal subah sava 8 baje"),
            ("2026-03-13T08:30:00Z", "on Friday at 1:30 pm", "جمعے کو دوپہر ڈیڑھ بجے", "jumay ko dopahar dedh baje"),
            ("2026-03-12T19:00:00Z", "on Friday at 12:00 am", "پرسوں رات 12 بجے", "parson raat 12 baje"),
            ("2026-03-08T12:45:00Z", "last Sunday at 5:45 pm", "پرسوں شام پونے 6 بجے", "parson shaam paunay 6 baje"),
            (
                "2026-04-05T05:10:00Z", "on Sunday, 5 April at 10:10 am", "اتوار 5 اپریل کو صبح 10 بج کر 10 منٹ",
                "itwar 5 April ko subah 10 baj kar 10 minute"
            ),
            (
                "2027-03-05T09:00:00Z", "on Friday, 5 March 2027 at 2:00 pm", "جمعہ 5 مارچ 2027 کو دوپہر 2 بجے",
                "juma 5 March 2027 ko dopahar 2 baje"
            ),
        ] as [(String, String, String, String)])
    func moments(iso: String, english: String, urdu: String, roman: String) throws {
        #expect(try say(iso, .english) == english)
        #expect(try say(iso, .urdu) == urdu)
        #expect(try say(iso, .romanUrdu) == roman)
    }

    @Test("What is said is understood again", arguments: Language.allCases)
    func understood(language: Language) {
        let formatter = formatter(language)
        for step in 1..<600 {
            // Steps of 5 h 25 min wander through all hours and many minutes.
            let moment = Timestamp(milliseconds: probe.now.milliseconds + Int64(step) * 19_500_000)
            let text = formatter.dateTime(moment, now: probe.now).lowercased().replacing(",", with: "")
            let meaning = probe.parser.schedule(
                in: TemporalProbe.words(text), language: language, now: probe.now, tense: .future)?.meaning
            #expect(meaning == .moment(moment, precision: .minute), "\(text) as \(meaning.map(probe.describe) ?? "nothing")")
        }
    }

    @Test(
        "Elapsed time follows the companion's rules",
        arguments: [
            (600, "earlier today", "آج ہی", "aaj hi"), (3700, "1 hour ago", "ایک گھنٹے پہلے", "ek ghantay pehle"),
            (5 * 3600 + 59, "5 hours ago", "5 گھنٹے پہلے", "5 ghantay pehle"), (86_400, "yesterday", "کل", "kal"),
            (2 * 86_400 - 1, "yesterday", "کل", "kal"), (2 * 86_400, "2 days ago", "پرسوں", "parson"),
            (6 * 86_400, "6 days ago", "6 دن پہلے", "6 din pehle"),
            (7 * 86_400, "1 week ago", "ایک ہفتے پہلے", "ek haftay pehle"),
            (29 * 86_400, "4 weeks ago", "4 ہفتے پہلے", "4 haftay pehle"),
            (30 * 86_400, "1 month ago", "ایک مہینے پہلے", "ek mahinay pehle"),
            (364 * 86_400, "12 months ago", "12 مہینے پہلے", "12 mahinay pehle"),
            (365 * 86_400, "1 year ago", "ایک سال پہلے", "ek saal pehle"),
            (800 * 86_400, "2 years ago", "2 سال پہلے", "2 saal pehle"),
            (-30, "in a moment", "ابھی تھوڑی دیر میں", "abhi thori der mein"),
            (-600, "in 10 minutes", "10 منٹ بعد", "10 minute baad"), (-7200, "in 2 hours", "2 گھنٹے بعد", "2 ghantay baad"),
            (-86_400, "tomorrow", "کل", "kal"), (-4 * 86_400, "in 4 days", "4 دن بعد", "4 din baad"),
        ] as [(Int, String, String, String)])
    func relative(seconds: Int, english: String, urdu: String, roman: String) {
        let moment = probe.now.advanced(by: -Double(seconds))
        #expect(formatter(.english).relative(moment, now: probe.now) == english)
        #expect(formatter(.urdu).relative(moment, now: probe.now) == urdu)
        #expect(formatter(.romanUrdu).relative(moment, now: probe.now) == roman)
    }

    @Test(
        "Lengths of time",
        arguments: [
            (0, "0 seconds", "0 سیکنڈ"), (1, "1 second", "ایک سیکنڈ"), (90, "1 minute 30 seconds", "ایک منٹ 30 سیکنڈ"),
            (600, "10 minutes", "10 منٹ"), (1800, "30 minutes", "آدھا گھنٹہ"), (5400, "1 hour 30 minutes", "ڈیڑھ گھنٹہ"),
            (9000, "2 hours 30 minutes", "ڈھائی گھنٹے"), (3661, "1 hour 1 minute", "ایک گھنٹہ ایک منٹ"),
            (86_400, "1 day", "ایک دن"), (604_800, "1 week", "ایک ہفتہ"), (1_209_600, "2 weeks", "2 ہفتے"),
            (31_536_000, "1 year", "ایک سال"), (3605, "1 hour", "ایک گھنٹہ"),
        ] as [(Int, String, String)])
    func lengths(seconds: Int, english: String, urdu: String) {
        #expect(formatter(.english).duration(Double(seconds)) == english)
        #expect(formatter(.urdu).duration(Double(seconds)) == urdu)
    }

    @Test(
        "Rules are said back, and understood again",
        arguments: [
            ("FREQ=DAILY;BYHOUR=8;BYMINUTE=0", "every day at 8:00 am", "ہر روز صبح 8 بجے"),
            (
                "FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=18;BYMINUTE=0", "every Monday and Wednesday at 6:00 pm",
                "ہر پیر اور بدھ کو شام 6 بجے"
            ), ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "on weekdays", nil), ("FREQ=DAILY;INTERVAL=2", "every 2 days", "ہر 2 دن بعد"),
            ("FREQ=HOURLY;INTERVAL=3", "every 3 hours", "ہر 3 گھنٹے بعد"),
            ("FREQ=MONTHLY;BYMONTHDAY=5", "every month on the 5th", nil),
            ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5", "every year on 5 March", "ہر سال 5 مارچ کو"),
            ("FREQ=WEEKLY;BYDAY=SA", "every Saturday", "ہر ہفتے کو"),
        ] as [(String, String, String?)])
    func rules(rule: String, english: String, urdu: String?) throws {
        let recurrence = try Recurrence(rule: rule)
        #expect(formatter(.english).recurrence(recurrence) == english)
        #expect(probe.schedule(english.lowercased(), .english) == rule)
        if let urdu {
            #expect(formatter(.urdu).recurrence(recurrence) == urdu)
            #expect(probe.schedule(urdu, .urdu) == rule)
        }
    }

    @Test(
        "Parts of the day follow the hours",
        arguments: [
            (4, PartOfDay.night), (5, .morning), (11, .morning), (12, .afternoon), (16, .afternoon), (17, .evening),
            (20, .evening), (21, .night), (0, .night),
        ])
    func parts(hour: Int, part: PartOfDay) {
        #expect(PartOfDay(hour: hour) == part)
    }

    @Test("Every meaning can be worded in every language", arguments: Language.allCases)
    func worded(language: Language) {
        let formatter = formatter(language)
        for text in [
            "next week", "next month", "in 2019", "tomorrow morning", "tonight", "this weekend", "from 5 to 7 pm", "at 25:00",
            "on 31 february", "2026-13-01", "for 2 hours", "every day",
        ] {
            for match in probe.parser.matches(in: TemporalProbe.words(text), language: .english, now: probe.now) {
                let said = formatter.describe(match.meaning, now: probe.now)
                #expect(!said.isEmpty && !said.contains("  "), "\(text)")
            }
        }
    }
}
