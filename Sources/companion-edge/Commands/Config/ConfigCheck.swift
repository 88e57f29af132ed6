import ArgumentParser
import CompanionServices
import Foundation

struct ConfigCheck: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read all settings and say what is wrong with them.",
        discussion: """
            Ends with status 78 when a setting cannot be used.

            EXAMPLES:
              companion-edge config check
              COMPANION_CONFIG=./new.conf companion-edge config check --json
            """)
    static let place = CommandPlace.here
    static let toleratesProblems = true

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let configuration = context.configuration
        let status: ExitStatus = configuration.problems.isEmpty ? .ok : .configuration
        if json {
            try await context.writeJSON(Report(configuration))
            return status
        }
        let read =
            configuration.files.isEmpty ? "No settings file was found." : "Read \(configuration.files.joined(separator: ", "))."
        try await context.output.writeLine(PrintableText.oneLine(read))
        for warning in configuration.warnings {
            try await context.output.writeLine("\(context.style(.yellow, "warning")): \(PrintableText.oneLine(warning))")
        }
        guard configuration.problems.isEmpty else {
            throw ConfigurationError(problems: configuration.problems)
        }
        try await context.output.writeLine("All settings can be used.")
        return .ok
    }

    private struct Report: Encodable {
        struct Problem: Encodable {
            let origin: String
            let key: String?
            let problem: String
            let example: String?
        }

        let files: [String]
        let warnings: [String]
        let problems: [Problem]

        init(_ configuration: Configuration) {
            files = configuration.files
            warnings = configuration.warnings
            problems = configuration.problems.map {
                Problem(origin: $0.origin.description, key: $0.key, problem: $0.text, example: $0.example)
            }
        }
    }
}
