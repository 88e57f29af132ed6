import ArgumentParser
import CompanionServices
import LocalStore

struct MemoryForget: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Take a memory away.",
        discussion: """
            The old value stays in the history and can be brought back with --undo, unless --erase removes it for good.

            EXAMPLES:
              companion-edge memory forget preference favorite_tea
              companion-edge memory forget fact location --undo
              companion-edge memory forget fact location --erase
            """)

    @Argument(help: ArgumentHelp("The category, as 'memory list' shows it.", valueName: "category"))
    var category: String

    @Argument(help: "The key, as 'memory list' shows it.")
    var key: String

    @Flag(help: "Remove every trace: the value, its history and its place in the search index.")
    var erase = false

    @Flag(help: "Bring back what was forgotten or replaced last.")
    var undo = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if erase && undo { throw ValidationError("--erase and --undo exclude each other: what is erased cannot come back.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        // Categories and keys from elsewhere may break our rules for new ones; what is there can be forgotten all the same.
        let category = (try? MemoryCategory(validating: category)) ?? MemoryCategory(rawValue: category)
        let slot = "\(category.rawValue) \(PrintableText.oneLine(key))"
        if erase {
            let count = try await companion.memories.erase(category: category, key: key)
            return try await report(count > 0, "Erased \(slot), \(count) value\(count == 1 ? "" : "s").", slot, nil, context)
        }
        if undo {
            let back = try await companion.memories.restore(category: category, key: key)
            let text = "Remembered again, \(slot): \(PrintableText.oneLine(back?.value ?? ""))"
            return try await report(back != nil, text, slot, back, context)
        }
        let gone = try await companion.memories.forget(category: category, key: key)
        return try await report(gone != nil, "Forgot \(slot): \(PrintableText.oneLine(gone?.value ?? ""))", slot, gone, context)
    }

    private func report(
        _ done: Bool, _ text: String, _ slot: String, _ memory: Memory?, _ context: CommandContext
    ) async throws -> ExitStatus {
        if json {
            try await context.writeJSON(Report(done: done, memory: memory.map(MemoryReport.init)))
        } else if done {
            try await context.output.writeLine(text)
        } else {
            try await context.errors.writeLine("Nothing \(undo ? "to bring back" : "is remembered") under \(slot).")
        }
        return done ? .ok : .failure
    }

    private struct Report: Encodable {
        let done: Bool
        let memory: MemoryReport?
    }
}
