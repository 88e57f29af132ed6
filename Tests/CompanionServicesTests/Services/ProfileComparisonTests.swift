import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ProfileComparisonTests {
    private func words(_ range: Range<Int>) -> String {
        range.map { "w\(100 + $0)" }.joined(separator: " ")
    }

    @Test("equal but for white space is the same")
    func whitespace() {
        #expect(ProfileComparison.isSimilar("a  b\nc", " a b c "))
        #expect(ProfileComparison.isSimilar("", "  "))
    }

    @Test("anything after nothing is a change")
    func oldEmpty() {
        #expect(!ProfileComparison.isSimilar("", "a"))
        #expect(!ProfileComparison.isSimilar(" \n", "a"))
    }

    @Test(
        "a difference in length of more than a tenth is a change",
        arguments: [(110, true), (111, false), (90, true), (89, false)])
    func length(newLength: Int, similar: Bool) {
        // One long word differs in length only; the rest of the words outweigh it.
        let base = (0..<16).map { "a\(10 + $0)" }.joined(separator: " ")
        let old = base + " " + String(repeating: "x", count: 100 - base.count - 1)
        let new = base + " " + String(repeating: "x", count: newLength - base.count - 1)
        #expect(old.count == 100)
        #expect(new.count == newLength)
        #expect(ProfileComparison.isSimilar(old, new) == similar)
    }

    @Test(
        "exactly nine tenths of the words in common is a change, more is not",
        arguments: [(10, 9, false), (20, 18, false), (11, 10, true), (20, 19, true)])
    func overlap(total: Int, common: Int, similar: Bool) {
        let old = words(0..<total)
        let new = words(0..<common) + " " + words(total..<(2 * total - common))
        #expect(ProfileComparison.isSimilar(old, new) == similar)
    }

    @Test("letter case does not make a difference")
    func letterCase() {
        #expect(ProfileComparison.isSimilar(words(0..<30), words(0..<30).uppercased()))
    }

    @Test("one other city in a long text is a change, other small words are not")
    func content() {
        let old =
            "Ayesha Khan is 29 years old and lives in Lahore with her two brothers and their grandmother near the old canal road"
        let moved = old.replacing("Lahore", with: "Multan")
        #expect(ProfileComparison.isSimilar(old, moved))
        #expect(!ProfileComparison.isUnchanged(old, moved))
        #expect(ProfileComparison.isUnchanged(old, old.replacing("near the", with: "near  the ")))
    }

    @Test("a text is always the same as itself, and sameness does not depend on white space")
    func properties() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let count = Int.random(in: 0...30, using: &generator)
            let list = (0..<count).map { _ in "w\(Int.random(in: 0...20, using: &generator))" }
            let text = list.joined(separator: " ")
            let spaced = list.joined(separator: " \n ")
            #expect(ProfileComparison.isUnchanged(text, text))
            let other = list.shuffled(using: &generator).dropFirst(Int.random(in: 0...2, using: &generator)).joined(
                separator: " ")
            #expect(ProfileComparison.isSimilar(text, other) == ProfileComparison.isSimilar(spaced, other))
            if ProfileComparison.isUnchanged(text, other) { #expect(ProfileComparison.isSimilar(text, other)) }
        }
    }
}
