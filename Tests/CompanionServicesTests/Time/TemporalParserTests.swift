import Foundation
import LocalStore
import Testing

@testable import CompanionServices

/// Says what a meaning is in a form that is easy to write in a table, in local time of Karachi.
struct TemporalProbe {
    let zone = TimeZone(identifier: "Asia/Karachi") ?? .gmt
    /// Tuesday 10 March 2026, 14:00 in Karachi.
    let now = Timestamp(iso8601: "2026-03-10T09:00:00.000Z") ?? Timestamp(milliseconds: 0)

    var parser: TemporalParser { TemporalParser(timeZone: zone) }

    static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    func describe(_ meaning: TemporalMeaning) -> String {
        switch meaning {
        case .moment(let moment, let precision):
            switch precision {
            case .minute: stamp(moment)
            case .partOfDay: stamp(moment) + "~"
            default: String(stamp(moment).prefix(10)) + " \(precision)"
            }
        case .span(let from, let to): "\(stamp(from))..\(stamp(to))"
        case .duration(let seconds): "for \(Int(seconds))"
        case .recurrence(let recurrence): recurrence.rule
        case .invalid(let problem): "! \(problem)"
        }
    }

    private func stamp(_ moment: Timestamp) -> String {
        let calendar = LocalCalendar(timeZone: zone)
        let (date, second) = calendar.dateAndSecond(of: moment)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
        return "\(date.year)-\(two(date.month))-\(two(date.day)) \(two(second / 3600)):\(two(second / 60 % 60))"
    }

    /// Every match as "words = meaning".
    func all(_ text: String, _ language: Language, tense: Tense? = nil) -> [String] {
        let words = Self.words(text)
        return parser.matches(in: words, language: language, now: now, tense: tense).map {
            words[$0.words].joined(separator: " ") + " = " + describe($0.meaning)
        }
    }

    func schedule(_ text: String, _ language: Language) -> String? {
        parser.schedule(in: Self.words(text), language: language, now: now).map { describe($0.meaning) }
    }
}

@Suite struct TemporalParserTests {
    private let probe = TemporalProbe()

    @Test(
        "English expressions, alone or in a sentence",
        arguments: [
            ("tomorrow at 5pm", "tomorrow at 5pm = 2026-03-11 17:00"),
            ("remind me tomorrow at 5 pm to call", "tomorrow at 5 pm = 2026-03-11 17:00"),
            ("tomorrow", "tomorrow = 2026-03-11 day"), ("today", "today = 2026-03-10 day"),
            ("yesterday", "yesterday = 2026-03-09 day"),
            ("day after tomorrow morning", "day after tomorrow morning = 2026-03-12 09:00~"),
            ("the day after tomorrow", "the day after tomorrow = 2026-03-12 day"),
            ("the day before yesterday", "the day before yesterday = 2026-03-08 day"),
            ("next friday", "next friday = 2026-03-20 day"), ("this friday", "this friday = 2026-03-13 day"),
            ("on friday", "on friday = 2026-03-13 day"), ("last friday", "last friday = 2026-03-06 day"),
            ("on tuesday", "on tuesday = 2026-03-17 day"), ("monday at noon", "monday at noon = 2026-03-16 12:00"),
            ("on the 5th of march", "on the 5th of march = 2027-03-05 day"), ("march 5", "march 5 = 2027-03-05 day"),
            ("5 april", "5 april = 2026-04-05 day"), ("the 5th of april 2028", "the 5th of april 2028 = 2028-04-05 day"),
            ("march 15 2026", "march 15 2026 = 2026-03-15 day"), ("april fifth", "april fifth = 2026-04-05 day"),
            ("on the 20th", "on the 20th = 2026-03-20 day"), ("on the 5th", "on the 5th = 2026-04-05 day"),
            ("5/4", "5/4 = 2026-04-05 day"), ("on 5/3", "on 5/3 = 2027-03-05 day"), ("5/3/2026", "5/3/2026 = 2026-03-05 day"),
            ("3/25/2026", "3/25/2026 = 2026-03-25 day"), ("2026-03-05", "2026-03-05 = 2026-03-05 day"),
            ("2026-03-15 at 10:30", "2026-03-15 at 10:30 = 2026-03-15 10:30"),
            ("in ten minutes", "in ten minutes = 2026-03-10 14:10"), ("in half an hour", "in half an hour = 2026-03-10 14:30"),
            ("in an hour and a half", "in an hour and a half = 2026-03-10 15:30"),
            ("in two and a half hours", "in two and a half hours = 2026-03-10 16:30"),
            ("in 1h30m", "in 1h30m = 2026-03-10 15:30"), ("in a couple of hours", "in a couple of hours = 2026-03-10 16:00"),
            ("in a few minutes", "in a few minutes = 2026-03-10 14:03"),
            ("10 minutes from now", "10 minutes from now = 2026-03-10 14:10"),
            ("in 3 days", "in 3 days = 2026-03-13 day"), ("in 3 days at 6 pm", "in 3 days at 6 pm = 2026-03-13 18:00"),
            ("in two weeks", "in two weeks = 2026-03-24 week"), ("in a month", "in a month = 2026-04-10 month"),
            ("a week from tomorrow", "a week from tomorrow = 2026-03-18 day"),
            ("two days ago", "two days ago = 2026-03-08 day"), ("an hour ago", "an hour ago = 2026-03-10 13:00"),
            ("three years ago", "three years ago = 2023-03-10 year"), ("last week", "last week = 2026-03-02 week"),
            ("next month", "next month = 2026-04-01 month"), ("this year", "this year = 2026-01-01 year"),
            ("next week", "next week = 2026-03-16 week"), ("this weekend", "this weekend = 2026-03-14 00:00..2026-03-16 00:00"),
            ("next weekend", "next weekend = 2026-03-21 00:00..2026-03-23 00:00"),
            ("tonight", "tonight = 2026-03-10 21:00~"), ("tonight at 10", "tonight at 10 = 2026-03-10 22:00"),
            ("last night", "last night = 2026-03-09 21:00~"), ("this evening", "this evening = 2026-03-10 18:00~"),
            ("in the morning", "in the morning = 2026-03-11 09:00~"),
            ("tomorrow evening at 7", "tomorrow evening at 7 = 2026-03-11 19:00"),
            ("in 2019", "in 2019 = 2019-01-01 year"), ("in march 2025", "in march 2025 = 2025-03-01 month"),
            ("in december", "in december = 2026-12-01 month"), ("last december", "last december = 2025-12-01 month"),
            ("in nineteen eighty four", "in nineteen eighty four = 1984-01-01 year"),
            ("at 5", "at 5 = 2026-03-10 17:00"), ("at 1", "at 1 = 2026-03-11 13:00"), ("at 8", "at 8 = 2026-03-10 20:00"),
            ("at 8 tomorrow", "at 8 tomorrow = 2026-03-11 08:00"), ("at 5:30", "at 5:30 = 2026-03-10 17:30"),
            ("at five thirty", "at five thirty = 2026-03-10 17:30"), ("at 13:30", "at 13:30 = 2026-03-11 13:30"),
            ("at 12", "at 12 = 2026-03-11 12:00"), ("half past five", "half past five = 2026-03-10 17:30"),
            ("at quarter to six", "at quarter to six = 2026-03-10 17:45"),
            ("a quarter past 9", "a quarter past 9 = 2026-03-10 21:15"),
            ("ten to six", "ten to six = 2026-03-10 17:50"), ("five o'clock", "five o'clock = 2026-03-10 17:00"),
            ("at 5 in the morning", "at 5 in the morning = 2026-03-11 05:00"), ("9 at night", "9 at night = 2026-03-10 21:00"),
            ("at 2 at night", "at 2 at night = 2026-03-11 02:00"), ("5 am", "5 am = 2026-03-11 05:00"),
            ("12 am", "12 am = 2026-03-11 00:00"), ("12 pm tomorrow", "12 pm tomorrow = 2026-03-11 12:00"),
            ("at midnight", "at midnight = 2026-03-11 00:00"), ("by 6 pm", "by 6 pm = 2026-03-10 18:00"),
            ("for 20 minutes", "for 20 minutes = for 1200"), ("an hour and 15 minutes", "an hour and 15 minutes = for 4500"),
            ("2 hours 30 minutes", "2 hours 30 minutes = for 9000"), ("a quarter of an hour", "a quarter of an hour = for 900"),
            ("90 seconds", "90 seconds = for 90"), ("for ten years", "for ten years = for 315360000"),
            ("every day at 8", "every day at 8 = FREQ=DAILY;BYHOUR=8;BYMINUTE=0"),
            ("every monday", "every monday = FREQ=WEEKLY;BYDAY=MO"),
            ("at 8 am every day", "at 8 am every day = FREQ=DAILY;BYHOUR=8;BYMINUTE=0"),
            ("on weekdays", "on weekdays = FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            (
                "every monday and wednesday at 6 pm",
                "every monday and wednesday at 6 pm = FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=18;BYMINUTE=0"
            ),
            ("on fridays", "on fridays = FREQ=WEEKLY;BYDAY=FR"), ("every other day", "every other day = FREQ=DAILY;INTERVAL=2"),
            ("every 2 hours", "every 2 hours = FREQ=HOURLY;INTERVAL=2"),
            ("every morning", "every morning = FREQ=DAILY;BYHOUR=9;BYMINUTE=0"),
            ("every month on the 5th", "every month on the 5th = FREQ=MONTHLY;BYMONTHDAY=5"),
            ("every year on march 5", "every year on march 5 = FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5"),
            ("daily at 7:15 am", "daily at 7:15 am = FREQ=DAILY;BYHOUR=7;BYMINUTE=15"),
            ("every third day", "every third day = FREQ=DAILY;INTERVAL=3"),
            ("weekly on friday", "weekly on friday = FREQ=WEEKLY;BYDAY=FR"),
            ("from 5 to 7 pm", "from 5 to 7 pm = 2026-03-10 17:00..2026-03-10 19:00"),
            ("tomorrow from 11 to 1 pm", "tomorrow from 11 to 1 pm = 2026-03-11 11:00..2026-03-11 13:00"),
            ("from monday to friday", "from monday to friday = 2026-03-16 00:00..2026-03-21 00:00"),
            ("between march and june", "between march and june = 2026-03-01 00:00..2026-07-01 00:00"),
            ("the last 3 days", "the last 3 days = 2026-03-07 00:00..2026-03-10 14:00"),
            ("at the end of the month", "at the end of the month = 2026-03-31 day"),
            ("by the end of next week", "by the end of next week = 2026-03-22 day"), ("right now", "now = 2026-03-10 14:00"),
            ("at 25:00", "at 25:00 = ! there is no time 25:00; say it as 17:30 or 5:30 pm"),
            ("at 5:75", "at 5:75 = ! there is no time 5:75; say it as 17:30 or 5:30 pm"),
            ("on 31 february", "on 31 february = ! there is no day 31/2; say the date again"),
            ("29 february 2026", "29 february 2026 = ! there is no day 29/2/2026; say the date again"),
            ("on february 29", "on february 29 = 2028-02-29 day"), ("on 5/13/13", "on 5/13/13 = 2013-05-13 day"),
            ("2026-13-05", "2026-13-05 = ! there is no month 13; months go from 1 to 12"),
            ("the 1st of next month", "the 1st of next month = 2026-04-01 day"),
            ("on the 5th of this month", "on the 5th of this month = 2026-03-05 day"),
            ("on the 1st of every month", "on the 1st of every month = FREQ=MONTHLY;BYMONTHDAY=1"),
            ("10 minutes before 5 pm", "10 minutes before 5 pm = 2026-03-10 16:50"),
            ("two days after 5 april", "two days after 5 april = 2026-04-07 day"),
            ("half an hour before tomorrow at 9", "half an hour before tomorrow at 9 = 2026-03-11 08:30"),
            ("an alarm for 7", "for 7 = 2026-03-10 19:00"),
            ("at 0530", "at 0530 = 2026-03-11 05:30"), ("in the summer of 2018", "of 2018 = 2018-01-01 year"),
            ("friday the 13th", "friday the 13th = 2026-03-13 day"),
            ("from morning to evening", "from morning to evening = 2026-03-10 05:00..2026-03-10 21:00"),
            ("on the 31st of next month", "on the 31st of next month = ! there is no day 31/4; say the date again"),
            ("on the 32nd", "on the 32nd = ! there is no day 32; say the date again"),
        ] as [(String, String)])
    func english(text: String, expected: String) {
        #expect(probe.all(text, .english, tense: .future) == [expected])
    }

    @Test(
        "Urdu expressions",
        arguments: [
            ("کل", "کل = 2026-03-11 day"), ("پرسوں", "پرسوں = 2026-03-12 day"), ("آج", "آج = 2026-03-10 day"),
            ("ابھی", "ابھی = 2026-03-10 14:00"),
            ("کل صبح", "کل صبح = 2026-03-11 09:00~"), ("آج رات", "آج رات = 2026-03-10 21:00~"),
            ("کل شام پانچ بجے", "کل شام پانچ بجے = 2026-03-11 17:00"),
            ("شام کو", "شام کو = 2026-03-10 18:00~"), ("پانچ بجے", "پانچ بجے = 2026-03-10 17:00"),
            ("ساڑھے چار بجے", "ساڑھے چار بجے = 2026-03-10 16:30"),
            ("سوا پانچ بجے", "سوا پانچ بجے = 2026-03-10 17:15"), ("پونے چھ بجے", "پونے چھ بجے = 2026-03-10 17:45"),
            ("ڈیڑھ بجے", "ڈیڑھ بجے = 2026-03-11 13:30"),
            ("ڈھائی بجے", "ڈھائی بجے = 2026-03-10 14:30"), ("صبح آٹھ بجے", "صبح آٹھ بجے = 2026-03-11 08:00"),
            ("رات دس بجے", "رات دس بجے = 2026-03-10 22:00"),
            ("رات کے بارہ بجے", "رات کے بارہ بجے = 2026-03-11 00:00"), ("رات دو بجے", "رات دو بجے = 2026-03-11 02:00"),
            ("دوپہر دو بجے", "دوپہر دو بجے = 2026-03-11 14:00"), ("دن کے گیارہ بجے", "دن کے گیارہ بجے = 2026-03-11 11:00"),
            ("کل صبح سویرے", "کل صبح سویرے = 2026-03-11 09:00~"),
            ("10:30 بجے", "10:30 بجے = 2026-03-10 22:30"), ("پانچ بج کر دس منٹ پر", "پانچ بج کر دس منٹ پر = 2026-03-10 17:10"),
            ("پانچ بجنے میں دس منٹ", "پانچ بجنے میں دس منٹ = 2026-03-10 16:50"), ("دس منٹ بعد", "دس منٹ بعد = 2026-03-10 14:10"),
            ("دس منٹ میں", "دس منٹ میں = 2026-03-10 14:10"), ("دس منٹ کے بعد", "دس منٹ کے بعد = 2026-03-10 14:10"),
            ("آدھے گھنٹے بعد", "آدھے گھنٹے بعد = 2026-03-10 14:30"),
            ("ڈیڑھ گھنٹے بعد", "ڈیڑھ گھنٹے بعد = 2026-03-10 15:30"), ("ڈیڑھ گھنٹہ", "ڈیڑھ گھنٹہ = for 5400"),
            ("سوا گھنٹے بعد", "سوا گھنٹے بعد = 2026-03-10 15:15"), ("پونے گھنٹے میں", "پونے گھنٹے میں = 2026-03-10 14:45"),
            ("ساڑھے تین گھنٹے بعد", "ساڑھے تین گھنٹے بعد = 2026-03-10 17:30"),
            ("ایک گھنٹہ بیس منٹ", "ایک گھنٹہ بیس منٹ = for 4800"),
            ("اگلے ہفتے", "اگلے ہفتے = 2026-03-16 week"), ("اگلے مہینے", "اگلے مہینے = 2026-04-01 month"),
            ("اگلے سال", "اگلے سال = 2027-01-01 year"), ("پچھلے ہفتے", "پچھلے ہفتے = 2026-03-02 week"),
            ("اس ہفتے", "اس ہفتے = 2026-03-09 week"), ("پیر کو", "پیر کو = 2026-03-16 day"), ("منگل", "منگل = 2026-03-17 day"),
            ("بدھ", "بدھ = 2026-03-11 day"), ("جمعرات", "جمعرات = 2026-03-12 day"),
            ("جمعہ کو", "جمعہ کو = 2026-03-13 day"), ("ہفتے کو", "ہفتے کو = 2026-03-14 day"), ("اتوار", "اتوار = 2026-03-15 day"),
            ("جمعے کے دن", "جمعے کے دن = 2026-03-13 day"), ("اگلے پیر", "اگلے پیر = 2026-03-16 day"),
            ("ایک ہفتہ", "ایک ہفتہ = for 604800"), ("دو ہفتے پہلے", "دو ہفتے پہلے = 2026-02-24 week"),
            ("روزانہ", "روزانہ = FREQ=DAILY"), ("ہر روز", "ہر روز = FREQ=DAILY"),
            ("ہر روز صبح سات بجے", "ہر روز صبح سات بجے = FREQ=DAILY;BYHOUR=7;BYMINUTE=0"),
            ("ہر پیر", "ہر پیر = FREQ=WEEKLY;BYDAY=MO"),
            ("ہر پیر اور جمعرات کو", "ہر پیر اور جمعرات کو = FREQ=WEEKLY;BYDAY=MO,TH"),
            ("ہر ہفتے", "ہر ہفتے = FREQ=WEEKLY"), ("ہر ہفتے کو", "ہر ہفتے کو = FREQ=WEEKLY;BYDAY=SA"),
            ("ہر مہینے", "ہر مہینے = FREQ=MONTHLY"), ("ہر دوسرے دن", "ہر دوسرے دن = FREQ=DAILY;INTERVAL=2"),
            ("ہر دو گھنٹے بعد", "ہر دو گھنٹے بعد = FREQ=HOURLY;INTERVAL=2"),
            ("ہر رات نو بجے", "ہر رات نو بجے = FREQ=DAILY;BYHOUR=21;BYMINUTE=0"), ("5 مارچ کو", "5 مارچ کو = 2027-03-05 day"),
            ("پانچ اپریل", "پانچ اپریل = 2026-04-05 day"), ("یکم اپریل 2027", "یکم اپریل 2027 = 2027-04-01 day"),
            ("مارچ کی بیس تاریخ", "مارچ کی بیس تاریخ = 2026-03-20 day"),
            ("20 تاریخ کو", "20 تاریخ کو = 2026-03-20 day"), ("مارچ میں", "مارچ میں = 2026-03-01 month"),
            ("2019 میں", "2019 میں = 2019-01-01 year"), ("دو دن پہلے", "دو دن پہلے = 2026-03-08 day"),
            ("تین سال قبل", "تین سال قبل = 2023-03-10 year"),
            ("پچھلے تین دن", "پچھلے تین دن = 2026-03-07 00:00..2026-03-10 14:00"),
            ("پانچ سے سات بجے تک", "پانچ سے سات بجے تک = 2026-03-10 17:00..2026-03-10 19:00"),
            ("پیر سے جمعہ تک", "پیر سے جمعہ تک = 2026-03-16 00:00..2026-03-21 00:00"),
            ("دو گھنٹے کے لیے", "دو گھنٹے کے لیے = for 7200"),
            ("25 بجے", "25 بجے = ! there is no time 25:00; say it as 17:30 or 5:30 pm"),
            ("31 فروری کو", "31 فروری کو = ! there is no day 31/2; say the date again"),
            ("آدھی رات", "آدھی رات = 2026-03-11 00:00"),
            ("شام 5 بجے", "شام 5 بجے = 2026-03-10 17:00"),
            ("اگلے مہینے کی پانچ تاریخ کو", "اگلے مہینے کی پانچ تاریخ کو = 2026-04-05 day"),
            ("مہینے کے آخر میں", "مہینے کے آخر میں = 2026-03-31 day"),
            ("اگلے سال کے شروع میں", "اگلے سال کے شروع میں = 2027-01-01 day"),
            ("پانچ بجے سے دس منٹ پہلے", "پانچ بجے سے دس منٹ پہلے = 2026-03-10 16:50"),
            ("صبح سے شام تک", "صبح سے شام تک = 2026-03-10 05:00..2026-03-10 21:00"),
            ("ہفتے کی شام", "ہفتے کی شام = 2026-03-14 18:00~"),
            ("کل کے لیے", "کل کے لیے = 2026-03-11 day"), ("اگلے جمعے کی شام", "اگلے جمعے کی شام = 2026-03-20 18:00~"),
        ] as [(String, String)])
    func urdu(text: String, expected: String) {
        #expect(probe.all(text, .urdu, tense: .future) == [expected])
    }

    @Test(
        "Roman Urdu expressions, with English mixed in",
        arguments: [
            ("kal", "kal = 2026-03-11 day"), ("parson", "parson = 2026-03-12 day"),
            ("aaj shaam", "aaj shaam = 2026-03-10 18:00~"), ("kal subah", "kal subah = 2026-03-11 09:00~"),
            ("kal dopahar", "kal dopahar = 2026-03-11 14:00~"),
            ("paanch baje", "paanch baje = 2026-03-10 17:00"), ("kal shaam 5 baje", "kal shaam 5 baje = 2026-03-11 17:00"),
            ("sarhay chaar bajay", "sarhay chaar bajay = 2026-03-10 16:30"),
            ("subah aath baje", "subah aath baje = 2026-03-11 08:00"),
            ("raat das baje", "raat das baje = 2026-03-10 22:00"), ("raat ko", "raat ko = 2026-03-10 21:00~"),
            ("aglay haftay", "aglay haftay = 2026-03-16 week"), ("agle mahine", "agle mahine = 2026-04-01 month"),
            ("pichle saal", "pichle saal = 2025-01-01 year"),
            ("das minute baad", "das minute baad = 2026-03-10 14:10"), ("10 mint me", "10 mint me = 2026-03-10 14:10"),
            ("aadhay ghantay baad", "aadhay ghantay baad = 2026-03-10 14:30"), ("dedh ghanta", "dedh ghanta = for 5400"),
            ("do din pehle", "do din pehle = 2026-03-08 day"),
            ("har roz", "har roz = FREQ=DAILY"), ("rozana subah 7 baje", "rozana subah 7 baje = FREQ=DAILY;BYHOUR=7;BYMINUTE=0"),
            ("har peer", "har peer = FREQ=WEEKLY;BYDAY=MO"), ("har juma ko", "har juma ko = FREQ=WEEKLY;BYDAY=FR"),
            ("peer ko", "peer ko = 2026-03-16 day"), ("mangal", "mangal = 2026-03-17 day"),
            ("budh", "budh = 2026-03-11 day"), ("jumerat", "jumerat = 2026-03-12 day"), ("juma", "juma = 2026-03-13 day"),
            ("hafte ko", "hafte ko = 2026-03-14 day"), ("itwar", "itwar = 2026-03-15 day"),
            ("monday ko", "monday ko = 2026-03-16 day"), ("kal 5 pm", "kal 5 pm = 2026-03-11 17:00"),
            ("next week", "next week = 2026-03-16 week"), ("is hafte", "is hafte = 2026-03-09 week"),
            ("5 april ko", "5 april ko = 2026-04-05 day"), ("20 tareekh ko", "20 tareekh ko = 2026-03-20 day"),
            ("march mein", "march mein = 2026-03-01 month"),
            ("har do ghantay baad", "har do ghantay baad = FREQ=HOURLY;INTERVAL=2"),
        ] as [(String, String)])
    func romanUrdu(text: String, expected: String) {
        #expect(probe.all(text, .romanUrdu, tense: .future) == [expected])
    }

    @Test(
        "Words that only look like times are left alone",
        arguments: [
            ("when i was a child", Language.english), ("good morning", .english), ("i may come", .english),
            ("the first time", .english), ("i am 25 years old", .english), ("i have two sisters", .english),
            ("he sat in the sun", .english),
            ("march on", .english), ("5 apples", .english), ("my number is 0300-1234567", .english), ("version 1.2", .english),
            ("32/7", .english), ("", .english), ("half of it", .english), ("twice a day", .english), ("see you in 5", .english),
            ("a second opinion", .english),
            ("what is 2 plus 2", .english),
            ("آج کل", .urdu), ("صبح بخیر", .urdu), ("میں پچیس سال کا ہوں", .urdu), ("ہفتے میں تین دفعہ", .urdu), ("پہلے", .urdu),
            ("دو بھائی", .urdu), ("subah bakhair", .romanUrdu), ("mera bara bhai", .romanUrdu),
            ("main 25 saal ka hoon", .romanUrdu),
        ] as [(String, Language)])
    func nothing(text: String, language: Language) {
        let found = probe.all(text, language).filter { !$0.hasPrefix("آج ") }
        #expect(found.isEmpty, "\(found)")
    }

    @Test(
        "The verb decides whether کل was or will be",
        arguments: [
            ("کل موسم کیسا تھا", -1), ("میں کل رات سکون سے سویا", -1), ("اسے کل تک ٹھیک ہو جانا چاہیے", 1),
            ("میں کل ضرور آؤوں گا", 1), ("ہم نے کل رات ٹی وی پر بیس بال گیم دیکھی", -1), ("کل مجھے انگریزی میں ایک خط ملا", -1),
            ("کل ملتے ہیں", 1), ("کل ملاقات ہوتی ہے", 1), ("تمھیں کل کسی نے کال کی تھی", -1),
            ("میں کل فلم دیکھنے نہیں جا رہا", 1), ("کل میں لاہور گیا", -1), ("کل مجھے جانا ہے", 1), ("مجھے کل یاد دلانا", 1),
            ("کل میٹنگ ہے", 1),
            ("کل میں نے کیا کہا", -1), ("میں نے کل لاہور جانا ہے", 1), ("کل علی آیا ہے", -1), ("کل میں لاہور جا رہا ہوں", 1),
            ("کل بارش ہوگی", 1),
        ] as [(String, Int)])
    func urduTense(text: String, offset: Int) {
        let match = probe.parser.matches(in: TemporalProbe.words(text), language: .urdu, now: probe.now).first
        let day = match.flatMap { probe.parser.range(of: $0.meaning) }.map {
            LocalCalendar(timeZone: probe.zone).date(of: $0.start)
        }
        #expect(day == LocalDate(year: 2026, month: 3, day: 10 + offset))
    }

    @Test(
        "The same in Roman Urdu and English",
        arguments: [
            ("kal main lahore gaya tha", Language.romanUrdu, -1), ("kal mein lahore jaunga", .romanUrdu, 1),
            ("kal meeting hai", .romanUrdu, 1), ("kal maine kya kaha tha", .romanUrdu, -1),
            ("mujhe kal yaad dilana", .romanUrdu, 1), ("kal hum ne film dekhi", .romanUrdu, -1), ("kal jana hai", .romanUrdu, 1),
            ("kal ali aya", .romanUrdu, -1),
            ("i met him on monday", .english, -1), ("i have a meeting on wednesday", .english, 1),
            ("what did i tell you on monday", .english, -1), ("i will see him on wednesday", .english, 1),
        ] as [(String, Language, Int)])
    func otherTense(text: String, language: Language, offset: Int) {
        let match = probe.parser.matches(in: TemporalProbe.words(text), language: language, now: probe.now).first
        let day = match.flatMap { probe.parser.range(of: $0.meaning) }.map {
            LocalCalendar(timeZone: probe.zone).date(of: $0.start)
        }
        #expect(day == LocalDate(year: 2026, month: 3, day: 10 + offset))
    }

    @Test("Two clauses have each their own tense")
    func clauses() {
        let found = probe.all("کل میں لاہور گیا تھا اور پرسوں اسلام آباد جاؤں گا", .urdu)
        #expect(found == ["کل = 2026-03-09 day", "پرسوں = 2026-03-12 day"])
    }

    @Test(
        "A request's time is put together from parts that stand apart",
        arguments: [
            ("remind me tomorrow to call ali at 5 pm", Language.english, "2026-03-11 17:00"),
            ("remind me at 5 to call mom tomorrow", .english, "2026-03-11 17:00"),
            ("remind me in the evening to call him on friday", .english, "2026-03-13 18:00~"),
            ("remind me every day to drink water at 8 am", .english, "FREQ=DAILY;BYHOUR=8;BYMINUTE=0"),
            ("remind me to sleep for 8 hours tonight at 10", .english, "2026-03-10 22:00"),
            ("set a timer for 10 minutes", .english, "for 600"), ("remind me to call mom", .english, nil),
            ("مجھے کل یاد دلانا کہ پانچ بجے دوا لینی ہے", .urdu, "2026-03-11 17:00"),
            ("mujhe kal yaad dilana ke shaam 6 baje dawai leni hai", .romanUrdu, "2026-03-11 18:00"),
            ("remind me on 31 february to sing", .english, "! there is no day 31/2; say the date again"),
        ] as [(String, Language, String?)])
    func schedule(text: String, language: Language, expected: String?) {
        #expect(probe.schedule(text, language) == expected)
    }
}
