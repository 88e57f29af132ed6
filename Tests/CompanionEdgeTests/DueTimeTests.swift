import Foundation
import LocalStore
import Testing

@testable import companion_edge

@Suite struct DueTimeTests {
    /// 14:00 in Karachi.
    private let reader: DueTime

    init() throws {
        let zone = try #require(TimeZone(identifier: "Asia/Karachi"))
        reader = DueTime(timeZone: zone, now: try #require(Timestamp(iso8601: "2026-03-10T09:00:00Z")))
    }

    @Test(
        "times of the clock",
        arguments: [
            ("18:30", "2026-03-10T13:30:00.000Z"), ("09:00", "2026-03-11T04:00:00.000Z"), ("14:00", "2026-03-11T09:00:00.000Z"),
            ("tomorrow 08:00", "2026-03-11T03:00:00.000Z"), ("today 23:59", "2026-03-10T18:59:00.000Z"),
            ("2026-12-01 09:15", "2026-12-01T04:15:00.000Z"), ("2026-12-01T09:15", "2026-12-01T04:15:00.000Z"),
        ])
    func clockTimes(text: String, expected: String) throws {
        #expect(try reader.moment(at: text, in: nil).iso8601 == expected)
    }

    @Test("durations", arguments: [("90s", 90.0), ("5m", 300), ("2h", 7200), ("3d", 259_200), ("1w", 604_800)])
    func durations(text: String, seconds: Double) throws {
        let due = try reader.moment(at: nil, in: text)
        #expect(due.iso8601 == Timestamp(iso8601: "2026-03-10T09:00:00Z")?.advanced(by: seconds).iso8601)
    }

    @Test(
        "what is no time, or over",
        arguments: ["25:00", "18", "18:60", "noon", "2026-02-30 10:00", "2026-03-10 13:59", "", "a b c", "1:2:3"])
    func refused(text: String) {
        #expect(throws: CommandFailure.self) { try reader.moment(at: text, in: nil) }
    }

    @Test("what is no duration", arguments: ["", "5", "m", "-5m", "0s", "5x", "99999999d"])
    func refusedDurations(text: String) {
        #expect(throws: CommandFailure.self) { try reader.moment(at: nil, in: text) }
    }
}
