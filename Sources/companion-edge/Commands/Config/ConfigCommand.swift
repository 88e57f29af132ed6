import ArgumentParser
import CompanionServices

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check and show the settings.",
        discussion: """
            Settings come from the environment, from .env in the working directory, from .env in the data directory and from \
            the configuration file (COMPANION_CONFIG, ~/.config/companion-edge/config or /etc/companion-edge/config); the \
            first that has a setting wins. No setting is needed.

            EXAMPLES:
              companion-edge config check
              companion-edge config show --all
              companion-edge config example > .env
            """,
        subcommands: [ConfigCheck.self, ConfigShow.self, ConfigExample.self])
}
