import Foundation
import LocalStore
import Testing

@Suite struct TimestampTests {
    @Test("text form and back", arguments: [0, 1, 999, -1, 951_782_400_000, 1_795_333_258_867, -62_167_219_200_000])
    func roundTrip(milliseconds: Int64) throws {
        let timestamp = Timestamp(milliseconds: milliseconds)
        #expect(Timestamp(iso8601: timestamp.iso8601) == timestamp)
    }

    @Test("agrees with Foundation's formatter on every day of 1200 years")
    func agreesWithFoundation() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: -130_000, to: 240_000, by: 7) {
            let timestamp = Timestamp(milliseconds: Int64(day) * 86_400_000 + 12_345_000)
            #expect(timestamp.iso8601 == timestamp.date.formatted(style))
        }
    }

    @Test(
        "reads what PostgreSQL and Python write",
        arguments: [
            ("2026-11-23T20:44:00.123456+00:00", "2026-11-23T20:44:00.123Z"),
            ("2026-11-23 20:44:00+05", "2026-11-23T15:44:00.000Z"),
            ("2026-11-23T20:44:00-0330", "2026-11-24T00:14:00.000Z"), ("2026-11-23", "2026-11-23T00:00:00.000Z"),
            ("2026-11-23T20:44:00.5", "2026-11-23T20:44:00.500Z"),
        ])
    func reads(text: String, expected: String) {
        #expect(Timestamp(iso8601: text)?.iso8601 == expected)
    }

    @Test(
        "refuses what is no time",
        arguments: [
            "", "yesterday", "2026-13-01", "2026-02-29", "2026-11-23T25:00:00Z", "2026-11-23T20:44:00Zx", "2026-11-23T20:44:00.",
        ])
    func refuses(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }
}
