import ArgumentParser
import CompanionServices

struct ConfigExample: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "example",
        abstract: "Print a settings file with every setting explained and commented out.",
        discussion: """
            EXAMPLES:
              companion-edge config example > .env
              companion-edge config example --markdown
            """)
    static let place = CommandPlace.here
    static let toleratesProblems = true

    @Flag(help: "Print a Markdown table for documentation instead.")
    var markdown = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        try await context.output.write(markdown ? ConfigurationDocument.markdownTable : ConfigurationDocument.exampleFile)
        return .ok
    }
}
