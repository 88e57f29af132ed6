import Foundation
import Testing

@testable import CompanionServices

@Suite struct ConfigurationKeyTests {
    @Test("every default and every example of the table is a value its key takes", arguments: ConfigurationKey.all)
    func defaultsAndExamples(key: ConfigurationKey) throws {
        if let text = key.defaultText { _ = try key.value(of: text) }
        if !key.example.isEmpty, !key.isSecret { _ = try key.value(of: key.example) }
        #expect(key.help.hasSuffix("."))
    }

    @Test(".env.example is what the table says")
    func exampleFile() throws {
        let text = try String(contentsOf: Self.root.appending(path: ".env.example"), encoding: .utf8)
        #expect(text == ConfigurationDocument.exampleFile, "write it anew: companion-edge config example > .env.example")
    }

    @Test("the documentation holds the table")
    func documentation() throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/configuration.md"), encoding: .utf8)
        #expect(text.contains(ConfigurationDocument.markdownTable), "put it in anew: companion-edge config example --markdown")
    }

    private static let root =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("a plain copy of .env.example sets nothing")
    func exampleIsReadable() {
        let file = EnvironmentFile(parsing: Array(ConfigurationDocument.exampleFile.utf8))
        #expect(file.faults.isEmpty && file.lines.isEmpty)
    }

    @Test(
        "finds the name that was meant",
        arguments: [
            ("COMPANION_DATADIR", "COMPANION_DATA_DIR"), ("companion_user", "COMPANION_USER"), ("OPENAI_KEY", "OPENAI_API_KEY"),
            ("SUPABASE_ANNON_KEY", "SUPABASE_ANON_KEY"), ("COMPANION_LANG", "COMPANION_LANGUAGE"), ("REDIS_URI", "REDIS_URL"),
        ])
    func nearest(written: String, meant: String) {
        #expect(NearestName.to(written, among: ConfigurationKey.all.map(\.name)) == meant)
    }

    @Test("offers nothing for a name unlike all others", arguments: ["X", "", "DATABASE_POOL_TIMEOUT_SECONDS"])
    func noNearest(written: String) {
        #expect(NearestName.to(written, among: ConfigurationKey.all.map(\.name)) == nil)
    }

    @Test(
        "the syntax of a line",
        arguments: [
            ("A=b", "b"), ("A = b ", "b"), ("export A=b", "b"), ("A=", ""), ("A=b # c", "b"), ("A=b#c", "b#c"),
            ("A='b # c'", "b # c"),
            (#"A="b\nc\"\\\$""#, "b\nc\"\\$"), (#"A="b" # c"#, "b"), ("A=b=c", "b=c"), ("A=b\r", "b"), ("\u{FEFF}A=b", "b"),
            (#"A="\q""#, #"\q"#), ("A=# c", ""), ("  A=امینہ", "امینہ"),
        ])
    func lineSyntax(line: String, value: String) {
        let file = EnvironmentFile(parsing: Array(line.utf8))
        #expect(file.faults.isEmpty)
        #expect(file.lines == [EnvironmentFile.Line(number: 1, key: "A", value: value)])
    }

    @Test("lines that are wrong", arguments: ["A", "=b", "1A=b", "A B=c", "A='b", #"A="b"c"#, #"A="b\"#, "[section]"])
    func wrongLines(line: String) {
        let file = EnvironmentFile(parsing: Array("# first\n\(line)\n".utf8))
        #expect(file.lines.isEmpty)
        #expect(file.faults.map(\.number) == [2])
    }
}
