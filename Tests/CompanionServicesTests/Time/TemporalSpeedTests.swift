import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite struct TemporalSpeedTests {
    private let probe = TemporalProbe()

    @Test("A very long text is read in time linear in its length")
    func linear() {
        let clock = ContinuousClock()
        func measure(_ count: Int) -> Duration {
            let words = Array(repeating: ["کل", "شام", "پانچ", "بجے", "علی", "سے", "ملنا", "ہے"], count: count).flatMap(\.self)
            // The best of several runs, so that a busy machine does not count.
            let runs = (0..<5).map { _ in clock.measure { _ = probe.parser.matches(in: words, language: .urdu, now: probe.now) } }
            return runs.min() ?? .zero
        }
        let short = measure(10)
        let long = measure(100)
        // Ten times the words; a square law would need a hundred times as long.
        #expect(long < short * 60)
    }

    @Test("Expressions inside expressions do not nest without end")
    func nested() {
        for phrase in [
            ["10", "minutes", "before"], ["from"], ["every"], ["next"], ["half", "past"], ["the", "end", "of"],
            ["پانچ", "بجے", "سے"],
        ] {
            let words = Array(repeating: phrase, count: 120).flatMap(\.self)
            for language in Language.allCases { _ = probe.parser.matches(in: words, language: language, now: probe.now) }
        }
    }

    @Test("Odd words never stop the reader", arguments: Language.allCases)
    func odd(language: Language) {
        // A fixed generator: every combination is the same in every run.
        var state: UInt64 = 42
        let vocabulary = [
            "at", "in", "the", "5", "31", "february", "march", "every", "next", "last", "monday", "half", "past", "to", "ten",
            "of", "from", "until", "and", "a", "pm", "25:00", "5/3", "2026-03-05", "noon", "midnight", "day", "after", "tomorrow",
            "minutes", "ago", "on", "5th", "99999999999", "-1", "1e9",
            "کل", "پرسوں", "ہفتے", "کو", "بجے", "ساڑھے", "بج", "کر", "منٹ", "میں", "ہر", "روز", "کے", "بعد", "پہلے", "har", "roz",
            "baje", "kal", "", "،", "'", "\u{200C}", "end", "weekend", "2019", "twenty", "nineteen", "eighty", "four", "0", "24",
            "12", "quarter", "couple", "dedh",
        ]
        for _ in 0..<250 {
            let words = (0..<8).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return vocabulary[Int(state >> 33) % vocabulary.count]
            }
            for match in probe.parser.matches(in: words, language: language, now: probe.now) {
                if match.words.isEmpty || match.words.upperBound > words.count { Issue.record("\(words)") }
                _ = probe.parser.dueTime(of: match.meaning, now: probe.now)
                _ = TemporalFormatter(timeZone: probe.zone, language: language).describe(match.meaning, now: probe.now)
            }
            _ = probe.parser.schedule(in: words, language: language, now: probe.now)
            _ = Arithmetic.answer(words, language: language)
            _ = UnitConversion.answer(words, language: language)
        }
    }
}
