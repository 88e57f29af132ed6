import ArgumentParser
import CompanionServices
import LocalStore

struct MemoryAdd: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Remember something, or put a new value in the place of the old one.",
        discussion: """
            An earlier value stays in the history ('memory history').

            EXAMPLES:
              companion-edge memory add fact location Quetta
              companion-edge memory add relationship sister_name "آمنہ"
              companion-edge memory add preference "Favorite Food" "chapli kabab" --json
            """)

    @Argument(help: ArgumentHelp("One of \(MemoryCategory.allValueStrings.joined(separator: ", ")).", valueName: "category"))
    var category: String

    @Argument(help: "What it is about, English snake_case such as favorite_food.")
    var key: String

    @Argument(help: "The value, in the person's own language.")
    var value: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let input = try MemoryInput(category: category, key: key, value: value)
        let companion = try await context.companionOrNew(shared)
        let write = try await companion.memories.saveMemory(input, provenance: Provenance(source: .manual, explicit: true))
        if json {
            try await context.writeJSON(MemoryReport(write.memory))
            return .ok
        }
        let slot = "\(write.memory.category.rawValue) \(write.memory.key)"
        let value = PrintableText.oneLine(write.memory.value)
        switch write {
        case .inserted: try await context.output.writeLine("Remembered \(slot): \(value)")
        case .replaced(_, let previous):
            try await context.output.writeLine("Remembered \(slot): \(value) (was: \(PrintableText.oneLine(previous.value)))")
        case .unchanged: try await context.output.writeLine("Known already, \(slot): \(value)")
        }
        return .ok
    }
}
