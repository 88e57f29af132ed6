import Glibc
import Testing

@testable import companion_edge

@Suite struct TerminalTextTests {
    init() {
        // As the program does at its start; the C library's widths need it.
        setlocale(LC_CTYPE, "C.UTF-8")
    }

    @Test(
        "columns that text takes",
        arguments: [
            ("", 0), ("abc", 3), ("امینہ", 5), ("日本", 4), ("e\u{301}", 1), ("چائے\u{064E}", 4), ("👍", 2), ("می\u{200C}ں", 3),
        ])
    func width(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test("cuts at columns and never inside a character")
    func truncate() {
        #expect(DisplayWidth.truncate("abcdef", to: 6) == "abcdef")
        #expect(DisplayWidth.truncate("abcdef", to: 4) == "abc…")
        #expect(DisplayWidth.truncate("日本語", to: 4) == "日…")
        #expect(DisplayWidth.truncate("e\u{301}e\u{301}e\u{301}", to: 2) == "e\u{301}…")
    }

    @Test("columns of a table line up whatever the alphabet")
    func table() {
        var table = TextTable("KEY", "VALUE")
        table.add("名前", "x")
        table.add("نام", "two\nlines\u{1B}[31m")
        #expect(table.text(for: .none) == "KEY   VALUE\n名前  x\nنام   two lines\n")
    }

    @Test("a table on a terminal keeps to its width, in a pipe it is whole")
    func tableWidth() {
        var table = TextTable("KEY", "VALUE")
        table.add("k", String(repeating: "x", count: 200))
        let lines = table.text(for: .everywhere).split(separator: "\n")
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 80 })
        #expect(table.text(for: .none).contains(String(repeating: "x", count: 200)))
    }

    @Test("colours only where they are wanted")
    func style() {
        #expect(TextStyle(isOn: false)(.bold, "x") == "x")
        #expect(TextStyle(isOn: true)(.bold, "x") == "\u{1B}[1mx\u{1B}[0m")
    }

    @Test(
        "one safe line of any text",
        arguments: [
            ("a\nb\r\n c", "a b c"), ("\u{1B}[2Jclear", "clear"), ("  x  ", "x"), ("\u{202E}evil", "evil"),
            ("می\u{200C}ں", "می\u{200C}ں"), ("bell\u{7}", "bell"), ("", ""), ("\n\n", ""),
        ])
    func oneLine(text: String, expected: String) {
        #expect(PrintableText.oneLine(text) == expected)
    }
}
