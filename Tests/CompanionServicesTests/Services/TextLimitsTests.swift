import Testing

@testable import CompanionServices

@Suite struct TextLimitsTests {
    @Test(
        "a text is cut at a word, never within one unless it is the only one",
        arguments: [
            ("one two three", 13, "", "one two three"), ("one two three", 12, "", "one two"), ("one two three", 7, "", "one two"),
            ("one two, three", 9, "", "one two"), ("one two three", 8, "…", "one two…"), ("  one  ", 3, "", "one"),
            ("unbreakable", 4, "", "unbr"), ("", 5, "", ""), ("ایک دو تین", 7, "", "ایک دو"), ("one two", 0, "", ""),
        ])
    func cut(text: String, limit: Int, ellipsis: String, result: String) {
        #expect(text.cut(toWords: limit, ellipsis: ellipsis) == result)
        #expect(text.cut(toWords: limit, ellipsis: ellipsis).count <= limit)
    }

    @Test(
        "letters decide the script; what has none has no script",
        arguments: [
            ("کرکٹ", true), ("کرکٹ 5", true), ("cricket", false), ("کرکٹ cricket", false), ("12", false), ("", false),
        ])
    func script(text: String, isArabic: Bool) {
        #expect(text.isArabicScript == isArabic)
    }
}
