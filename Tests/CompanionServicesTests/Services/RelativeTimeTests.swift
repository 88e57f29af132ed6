import LocalStore
import Testing

@testable import CompanionServices

@Suite struct RelativeTimeTests {
    private static let hour = 3600.0
    private static let day = 86_400.0

    private static let ages: [(Double, String)] = [
        (0.0, "earlier today"), (3540.0, "earlier today"), (hour, "1 hour ago"), (2 * hour, "2 hours ago"),
        (23.9 * hour, "23 hours ago"),
        (day, "yesterday"), (day + 23 * hour, "yesterday"), (2 * day, "2 days ago"), (6.9 * day, "6 days ago"),
        (7 * day, "1 week ago"),
        (13.9 * day, "1 week ago"), (14 * day, "2 weeks ago"), (29 * day, "4 weeks ago"), (30 * day, "1 month ago"),
        (60 * day, "2 months ago"), (364 * day, "12 months ago"), (365 * day, "1 year ago"), (730 * day, "2 years ago"),
        (-5 * day, "earlier today"),
    ]

    private static let tiers: [(Double, String)] = [
        (0.0, "freely"), (5 * hour, "freely"), (day, "aligns"), (6 * day, "aligns"), (7 * day, "Background"),
        (29 * day, "Background"),
        (30 * day, "only if they raise"), (800 * day, "only if they raise"),
    ]

    @Test(
        "ages are told as the original told them",
        arguments: ages)
    func words(seconds: Double, words: String) {
        let then = Timestamp(milliseconds: 1_700_000_000_000)
        #expect(RelativeTime(since: then, now: then.advanced(by: seconds)).words == words)
    }

    @Test(
        "the older, the more reserved",
        arguments: tiers)
    func guidance(seconds: Double, part: String) {
        let then = Timestamp(milliseconds: 1_700_000_000_000)
        #expect(RelativeTime(since: then, now: then.advanced(by: seconds)).guidance.contains(part))
    }

    @Test("the block for a prompt has when, what, at most five topics and one line of guidance")
    func block() throws {
        let then = try #require(Timestamp(iso8601: "2026-03-08T20:00:00Z"))
        let summary = LastSummary(text: " They talked.\n", topics: ["a", "b", "c", "d", "e", "f"], conversationAt: then)
        #expect(
            summary.formattedForContext(now: then.advanced(by: 2 * Self.day)) == """
                ## Last conversation
                When: 2026-03-08 (2 days ago)
                Summary: They talked.
                Topics: a, b, c, d, e
                Guidance: Use it when the topic aligns.
                """)
    }

    @Test("without a time it may be used naturally; without a text there is nothing")
    func bare() {
        let now = Timestamp(milliseconds: 0)
        let text = LastSummary(text: "x", topics: [], conversationAt: nil).formattedForContext(now: now)
        #expect(text == "## Last conversation\nSummary: x\nGuidance: Use it naturally.")
        #expect(LastSummary(text: " ", topics: ["a"], conversationAt: now).formattedForContext(now: now) == "")
    }
}
