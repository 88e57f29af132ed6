import ArgumentParser
import CompanionServices
import Foundation

struct ConfigShow: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the settings and where each comes from; keys are shown as ***.",
        discussion: """
            EXAMPLES:
              companion-edge config show
              companion-edge config show --all
              companion-edge config show --json | jq -r '.[] | select(.name == "COMPANION_DATA_DIR").value'
            """)
    static let place = CommandPlace.here

    @Flag(help: "Also those that are not set, with what they mean.")
    var all = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let rows = ConfigurationKey.all.compactMap { Row($0, in: context.configuration, all: all) }
        if json {
            try await context.writeJSON(rows)
            return .ok
        }
        if all {
            for row in rows { try await context.output.write(row.paragraph(context.style)) }
            return .ok
        }
        var table = TextTable("SETTING", "VALUE", "FROM")
        for row in rows { table.add(row.name, row.value ?? "", row.origin ?? "") }
        try await context.output.write(table.text(for: context.terminal))
        return .ok
    }

    private struct Row: Encodable {
        let name: String
        let value: String?
        let origin: String?
        let defaultValue: String?
        let help: String?

        init?(_ key: ConfigurationKey, in configuration: Configuration, all: Bool) {
            let shown = configuration.shown(key)
            guard shown != nil || all else { return nil }
            name = key.name
            value = shown?.text
            origin = shown?.origin.description
            defaultValue = key.defaultText
            help = all ? key.help : nil
        }

        func paragraph(_ style: TextStyle) -> String {
            let value = value.map { "\($0)  (\(origin ?? ""))" } ?? "not set"
            return "\(style(.bold, name)): \(PrintableText.oneLine(value))\n    \(help ?? "")\n"
        }

        enum CodingKeys: String, CodingKey {
            case name, value, origin, help
            case defaultValue = "default"
        }
    }
}
