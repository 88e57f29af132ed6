import Testing

@testable import companion_edge

@Suite struct SlashCommandTests {
    @Test(
        "what a line asks for",
        arguments: [
            ("/help", SlashCommand.help), ("/MEMORIES  fact ", .memories("fact")), ("/forget my sister", .forget("my sister")),
            ("/why", .why), ("/language ur-Latn", .language("ur-Latn")), ("/quit", .quit), ("/exit", .quit),
            ("/hlep me", .unknown("/hlep")), ("/", .unknown("/")),
        ])
    func commands(line: String, command: SlashCommand) {
        #expect(SlashCommand(line) == command)
    }

    @Test("what is said is no command", arguments: ["hello", "", "a /help", "/etc/hosts is a file"])
    func speech(line: String) {
        #expect(SlashCommand(line) == nil)
    }
}
