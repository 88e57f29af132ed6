import ArgumentParser
import CLinux
import Foundation

@main
struct CompanionEdge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "companion-edge",
        abstract: "A voice companion that lives at home and remembers.",
        discussion: """
            EXAMPLES:
              companion-edge                                    talk with the companion in writing
              companion-edge talk                               talk with it by voice
              echo "where do I live?" | companion-edge chat     the same from a script
              companion-edge memory list                        what it knows
              companion-edge --generate-completion-script bash  completions for the shell
            """,
        version: ProgramVersion.text,
        subcommands: [
            ChatCommand.self, TalkCommand.self, VoiceCommand.self, AgentCommand.self, JoinCommand.self, OnboardCommand.self,
            MemoryCommand.self,
            ProfileCommand.self,
            HistoryCommand.self, RemindersCommand.self, SayCommand.self, TranscribeCommand.self, DevicesCommand.self,
            CalibrateCommand.self, RecordingsCommand.self, ModelsCommand.self, BackupCommand.self, RestoreCommand.self,
            StatusCommand.self, DoctorCommand.self, ConfigCommand.self, UsersCommand.self, SyncCommand.self,
            LoginCommand.self, LogoutCommand.self, WhoamiCommand.self, RunCommand.self, VersionCommand.self,
        ],
        defaultSubcommand: ChatCommand.self)

    static func main() async {
        // The terminal's alphabet; machines without a locale still write UTF-8.
        if setlocale(LC_CTYPE, "") == nil || !String(cString: nl_langinfo(Int32(CODESET))).hasPrefix("UTF") {
            setlocale(LC_CTYPE, "C.UTF-8")
        }
        // By default each thread gets a pool of memory of its own, and what one has free is of no use to the others.
        mallopt(M_ARENA_MAX, 1)
        // A reader that went away is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let status = await Program().run(Array(CommandLine.arguments.dropFirst()))
        Foundation.exit(status.rawValue)
    }
}
