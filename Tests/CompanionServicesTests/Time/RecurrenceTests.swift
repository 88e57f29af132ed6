import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite struct RecurrenceTests {
    private func time(_ iso: String) throws -> Timestamp { try #require(Timestamp(iso8601: iso)) }

    private func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }

    @Test(
        "A rule reads back as it was written",
        arguments: [
            "FREQ=DAILY", "FREQ=DAILY;INTERVAL=2;BYHOUR=8;BYMINUTE=0", "FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=18;BYMINUTE=30",
            "FREQ=MONTHLY;BYMONTHDAY=5", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5;BYHOUR=9;BYMINUTE=0", "FREQ=HOURLY;INTERVAL=2",
            "FREQ=DAILY;BYHOUR=8,20;BYMINUTE=15",
        ])
    func roundTrip(rule: String) throws {
        #expect(try Recurrence(rule: rule).rule == rule)
        #expect(try Recurrence(rule: "RRULE:" + rule).rule == rule)
    }

    @Test(
        "Rules that are wrong say which part",
        arguments: [
            ("", RecurrenceError.malformed(part: "")), ("INTERVAL=2", .malformed(part: "INTERVAL=2")),
            ("FREQ=SECONDLY", .unsupported(part: "FREQ=SECONDLY")), ("FREQ=DAILY;COUNT=3", .unsupported(part: "COUNT=3")),
            ("FREQ=DAILY;BYHOUR=25", .malformed(part: "BYHOUR=25")), ("FREQ=WEEKLY;BYDAY=XX", .malformed(part: "BYDAY=XX")),
            ("FREQ=DAILY;INTERVAL=0", .malformed(part: "INTERVAL=0")), ("FREQ=DAILY;", .malformed(part: "")),
            ("FREQ=MONTHLY;BYMONTHDAY=32", .malformed(part: "BYMONTHDAY=32")), ("hello", .malformed(part: "hello")),
        ] as [(String, RecurrenceError)])
    func wrong(rule: String, error: RecurrenceError) {
        #expect(throws: error) { try Recurrence(rule: rule) }
        #expect(error.description.contains("recurrence rule"))
    }

    @Test(
        "The next occurrence is the first after the moment",
        arguments: [
            ("FREQ=DAILY;BYHOUR=8;BYMINUTE=0", "2026-03-10T02:59:00Z", "2026-03-10T03:00:00.000Z"),
            ("FREQ=DAILY;BYHOUR=8;BYMINUTE=0", "2026-03-10T03:00:00Z", "2026-03-11T03:00:00.000Z"),
            ("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0", "2026-03-10T03:00:00Z", "2026-03-10T15:00:00.000Z"),
            ("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=0", "2026-03-10T09:00:00Z", "2026-03-12T04:00:00.000Z"),
            ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=0", "2026-03-10T09:00:00Z", "2026-03-17T04:00:00.000Z"),
            ("FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=9;BYMINUTE=0", "2026-03-31T09:00:00Z", "2026-04-30T04:00:00.000Z"),
            ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5;BYHOUR=9;BYMINUTE=0", "2026-03-10T09:00:00Z", "2027-03-05T04:00:00.000Z"),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9;BYMINUTE=0", "2026-03-10T09:00:00Z", "2027-02-28T04:00:00.000Z"),
            ("FREQ=HOURLY;INTERVAL=2", "2026-03-10T09:00:00Z", "2026-03-10T11:00:00.000Z"),
            ("FREQ=DAILY", "2026-03-10T09:00:00Z", "2026-03-11T04:00:00.000Z"),
        ])
    func next(rule: String, after: String, expected: String) throws {
        let recurrence = try Recurrence(rule: rule)
        #expect(recurrence.nextOccurrence(after: try time(after), timeZone: try zone("Asia/Karachi")).iso8601 == expected)
    }

    @Test("An anchor fixes the days of an interval and lends its time")
    func anchored() throws {
        let karachi = try zone("Asia/Karachi")
        let anchor = try time("2026-03-02T05:30:00Z")
        let everyOther = try Recurrence(rule: "FREQ=DAILY;INTERVAL=2")
        #expect(
            everyOther.nextOccurrence(after: try time("2026-03-10T06:00:00Z"), anchor: anchor, timeZone: karachi).iso8601
                == "2026-03-12T05:30:00.000Z")
        let fortnightly = try Recurrence(rule: "FREQ=WEEKLY;INTERVAL=2")
        #expect(
            fortnightly.nextOccurrence(after: try time("2026-03-03T00:00:00Z"), anchor: anchor, timeZone: karachi).iso8601
                == "2026-03-16T05:30:00.000Z")
        let hourly = try Recurrence(rule: "FREQ=HOURLY;INTERVAL=3")
        #expect(
            hourly.nextOccurrence(after: try time("2026-03-02T12:00:00Z"), anchor: anchor, timeZone: karachi).iso8601
                == "2026-03-02T14:30:00.000Z")
        #expect(everyOther.nextOccurrence(after: try time("2026-02-01T00:00:00Z"), anchor: anchor, timeZone: karachi) == anchor)
    }

    @Test(
        "In every zone the next occurrence lies later, at the same time on the clock",
        arguments: ["Europe/London", "America/New_York", "Asia/Karachi", "Australia/Lord_Howe"])
    func overDaylightSaving(name: String) throws {
        let zone = try zone(name)
        let calendar = LocalCalendar(timeZone: zone)
        for rule in [
            "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=DAILY;BYHOUR=1;BYMINUTE=30", "FREQ=DAILY;INTERVAL=3;BYHOUR=0;BYMINUTE=0",
            "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=15",
            "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=23;BYMINUTE=59", "FREQ=MONTHLY;BYMONTHDAY=29;BYHOUR=2;BYMINUTE=30",
            "FREQ=HOURLY;INTERVAL=5",
        ] {
            let recurrence = try Recurrence(rule: rule)
            var moment = try time("2026-01-01T00:00:00Z")
            var previousDay: LocalDate?
            for _ in 0..<370 {
                let next = recurrence.nextOccurrence(after: moment, timeZone: zone)
                #expect(next > moment)
                // The same answer from any moment in between.
                #expect(
                    recurrence.nextOccurrence(
                        after: next.advanced(by: -0.001), anchor: recurrence.interval > 1 ? next : nil, timeZone: zone) == next)
                if recurrence.frequency == .daily, recurrence.interval == 1, let previousDay {
                    #expect(calendar.date(of: next).days(since: previousDay) == 1, "\(name) \(rule) \(next.iso8601)")
                }
                if let time = recurrence.times.first, time.hour != 2, time.hour != 1 {
                    #expect(calendar.timeOfDay(of: next) == time)
                }
                previousDay = calendar.date(of: next)
                moment = next
            }
        }
    }

    @Test("A time the clock skips comes after the change, one shown twice comes once")
    func gapsAndOverlaps() throws {
        let calendar = LocalCalendar(timeZone: try zone("America/New_York"))
        let spring = try #require(LocalDate(year: 2026, month: 3, day: 8))
        let autumn = try #require(LocalDate(year: 2026, month: 11, day: 1))
        #expect(calendar.moment(spring, second: 2 * 3600 + 1800).iso8601 == "2026-03-08T07:30:00.000Z")
        #expect(calendar.moment(autumn, second: 3600 + 1800).iso8601 == "2026-11-01T05:30:00.000Z")
        #expect(calendar.moment(spring).iso8601 == "2026-03-08T05:00:00.000Z")
        #expect(calendar.moment(spring.adding(days: 1)).iso8601 == "2026-03-09T04:00:00.000Z")
    }

    @Test("Months are added without leaving their end")
    func months() throws {
        let date = try #require(LocalDate(year: 2024, month: 1, day: 31))
        #expect(date.adding(months: 1) == LocalDate(year: 2024, month: 2, day: 29))
        #expect(date.adding(months: 13) == LocalDate(year: 2025, month: 2, day: 28))
        #expect(date.adding(months: -2) == LocalDate(year: 2023, month: 11, day: 30))
        #expect(LocalDate(year: 2025, month: 2, day: 29) == nil)
        #expect(date.weekday == .wednesday)
    }
}
