import ArgumentParser
import CompanionServices
import Foundation

struct ModelsVerify: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that every installed file is what was installed.",
        discussion: """
            Reads every byte and compares its SHA-256 with the one noted at installation. Ends with status 1 when a file is \
            damaged or missing, or when nothing is installed.

            EXAMPLES:
              companion-edge models verify
              companion-edge models verify moonshine-base-en --json
            """)
    static let place = CommandPlace.here

    @Argument(help: "Names of 'models list'; all without them.")
    var names: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    private struct Report: Encodable {
        let name: String
        let version: String
        let folder: String
        let whole: Bool
        let damage: [String]
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let store = ModelStore(context.configuration, in: context.workingDirectory)
        for name in names where ModelCatalogue.named(name) == nil { throw ModelError.unknown(name) }
        let chosen = store.all().filter { names.isEmpty || names.contains($0.name) }
        let absent = names.filter { name in !chosen.contains { $0.name == name } }
        // Some hundred megabytes are read, on a thread of our own.
        let reports = try await WorkThread(name: "models").run {
            chosen.map { model in
                let damage = model.damage().map(\.description)
                return Report(
                    name: model.name, version: model.version, folder: model.folder.path, whole: damage.isEmpty, damage: damage)
            }
        }
        if json {
            try await context.writeJSON(reports)
        } else {
            for report in reports {
                try await context.output.writeLine("\(report.name) \(report.version): \(report.whole ? "whole" : "DAMAGED")")
                for line in report.damage { try await context.output.writeLine("  \(PrintableText.oneLine(line))") }
            }
        }
        for name in absent { try await context.warn("'\(name)' is not installed.") }
        let damaged = reports.filter { !$0.whole }.map(\.name)
        if !damaged.isEmpty {
            try await context.warn(
                "Install again what is damaged: companion-edge models install --again \(damaged.joined(separator: " "))")
        }
        if chosen.isEmpty, names.isEmpty { try await context.warn("No model is installed.") }
        return damaged.isEmpty && absent.isEmpty && !chosen.isEmpty ? .ok : .failure
    }
}
