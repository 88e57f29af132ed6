import ArgumentParser
import Foundation
import LocalStore

struct HistoryExport: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all that was said, as JSON Lines or as a text to read.",
        discussion: """
            To move everything a person owns to another device use 'memory export'.

            EXAMPLES:
              companion-edge history export --output talks.jsonl
              companion-edge history export --text | less
            """)

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file"))
    var output: String?

    @Flag(help: "Replace the file if it is there.")
    var force = false

    @Flag(help: "A transcript instead of JSON Lines.")
    var text = false

    @OptionGroup var shared: SharedOptions

    var files: CommandFiles { CommandFiles(output: output, replacesOutput: force) }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let moments = try await context.moments(companion)
        let conversations = try await companion.store.read { view in try view.conversations().map(\.id) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let plain = TextStyle(isOn: false)
        for id in conversations.reversed() {
            // One conversation at a time, so that years of talk do not fill the memory.
            let messages = try await companion.store.read { view in try view.messages(conversation: id) }
            var bytes: [UInt8] = []
            for message in messages {
                if text {
                    bytes += Array(message.transcriptLine(moments: moments, style: plain).utf8)
                } else {
                    bytes += Array(try encoder.encode(MessageReport(message)))
                }
                bytes.append(0x0A)
            }
            if text, !messages.isEmpty { bytes.append(0x0A) }
            try await context.output.write(bytes)
        }
        return .ok
    }
}
