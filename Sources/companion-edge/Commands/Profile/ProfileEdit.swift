import ArgumentParser
import CompanionServices
import LocalStore

struct ProfileEdit: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Write the portrait yourself, or have it written anew.",
        discussion: """
            A portrait that you wrote is left alone until you ask for a new one with --rewrite. Without a text it is asked for, \
            or read from standard input.

            EXAMPLES:
              companion-edge profile edit "A teacher from Quetta who loves poetry."
              companion-edge profile edit < portrait.txt
              companion-edge profile edit --rewrite
            """)

    private static let longest = 4000

    @Argument(help: "The portrait.")
    var text: String?

    @Flag(help: "Write it anew from what is remembered.")
    var rewrite = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if rewrite && text != nil { throw ValidationError("Give a text or --rewrite, not both.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        if rewrite {
            let changed = try await companion.profiles.regenerate(replacingManual: true)
            try await context.output.writeLine(
                changed ? PrintableText.oneLine(try await companion.profiles.profile()) : "The portrait stays as it is.")
            return .ok
        }
        let cleaned = MemoryInput.clean(try await newText(context))
        guard !cleaned.isEmpty else {
            throw CommandFailure(.data, "The portrait is empty; nothing was changed.")
        }
        guard cleaned.count <= Self.longest else {
            throw CommandFailure(.data, "The portrait has \(cleaned.count) characters; \(Self.longest) is the most.")
        }
        let saved = try await companion.profiles.saveProfile(cleaned, origin: .manual)
        try await context.output.writeLine(saved ? "Saved." : "The portrait stays as it is.")
        return .ok
    }

    private func newText(_ context: CommandContext) async throws -> String {
        if let text { return text }
        if context.terminal.inputIsTerminal { return try await context.ask("Portrait: ") ?? "" }
        return String(decoding: try await context.readAll(limit: 64 * 1024), as: UTF8.self)
    }
}
