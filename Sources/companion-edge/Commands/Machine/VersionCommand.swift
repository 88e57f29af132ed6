import ArgumentParser

struct VersionCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version.",
        discussion: """
            EXAMPLES:
              companion-edge version
              companion-edge version --json
            """)
    static let place = CommandPlace.here
    static let toleratesProblems = true

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        if json {
            try await context.writeJSON(["name": "companion-edge", "version": ProgramVersion.text])
        } else {
            try await context.output.writeLine("companion-edge \(ProgramVersion.text)")
        }
        return .ok
    }
}
