import ArgumentParser
import LocalStore

struct MemoryImport: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take in what 'memory export' wrote.",
        discussion: """
            All of it or nothing. Importing the same file again changes nothing; where both sides have a value the newer one \
            stays and the other goes to the history. On an empty store the archive's person becomes known here.

            EXAMPLES:
              companion-edge memory import amina.jsonl
              gunzip -c amina.jsonl.gz | companion-edge memory import
              companion-edge memory import other.jsonl --user Amina --adopt
            """)

    @Argument(help: "The archive; standard input if none is named.")
    var file: String?

    @Flag(help: "Make another person's archive this person's own.")
    var adopt = false

    @Flag(help: "Leave out lines that cannot be used, and list them, instead of refusing everything.")
    var skipBadLines = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    var files: CommandFiles { CommandFiles(input: file) }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        guard !context.terminal.inputIsTerminal else {
            throw CommandFailure(.usage, "An archive cannot be typed; name a file.")
        }
        let archive = ArchiveInput(context.input)
        let household = try await context.households.household()
        let known = try await household.people()
        // On an empty store the archive says whose it is.
        let asked = known.isEmpty && context.asked(shared) == nil ? try await archive.owner()?.text : context.asked(shared)
        let person = try await household.personOrNew(asked)
        do {
            let options = ArchiveImportOptions(skipsBadLines: skipBadLines, adoptsOtherPerson: adopt)
            let report = try await household.companion(person.id).store.importArchive(options) { try await archive.next() }
            try await household.learnName(of: person.id)
            try await show(report, context)
            return .ok
        } catch {
            // Nothing was imported, so nobody has become known by it.
            if !known.contains(where: { $0.id == person.id }) { _ = try await household.remove(person, .erase) }
            throw error
        }
    }

    private func show(_ report: ArchiveReport, _ context: CommandContext) async throws {
        for problem in report.problems { try await context.warn("left out \(problem)") }
        let total = report.total
        if json {
            try await context.writeJSON(
                Report(
                    owner: report.owner.text, added: total.added, updated: total.updated, unchanged: total.unchanged,
                    kept: total.kept, skipped: report.skipped))
        } else {
            var text = "Imported: \(total.added.counted("row")) added, \(total.updated) updated, \(total.unchanged) here already"
            if total.kept > 0 { text += ", \(total.kept) older than what is here" }
            if report.skipped > 0 { text += "; \(report.skipped.counted("line")) left out" }
            try await context.output.writeLine(text + ".")
        }
    }

    private struct Report: Encodable {
        let owner: String
        let added: Int
        let updated: Int
        let unchanged: Int
        let kept: Int
        let skipped: Int
    }
}
