import ArgumentParser
import Foundation
import Testing

@testable import companion_edge

@Suite struct CommandLineTests {
    /// Every command with the words that lead to it.
    static let commands: [[String]] = leaves(CompanionEdge.self, path: [])

    private static func leaves(_ command: any ParsableCommand.Type, path: [String]) -> [[String]] {
        let children = command.configuration.subcommands
        let own = path.isEmpty ? [] : [path]
        return own + children.flatMap { leaves($0, path: path + [$0.configuration.commandName ?? $0._commandName]) }
    }

    @Test("the names that scripts rely on are there")
    func fixedNames() {
        let names = Set(Self.commands.map { $0.joined(separator: " ") })
        let fixed = [
            "chat", "onboard", "memory list", "memory search", "memory add", "memory forget", "memory history", "memory export",
            "memory import", "backup", "restore", "run", "profile show",
            "profile edit", "history list", "history show", "history search", "history export", "reminders list",
            "reminders add", "reminders cancel", "status", "doctor", "config check", "config show", "users list", "users add",
            "users rename", "users remove", "version", "login", "logout", "whoami", "sync", "sync now", "sync conflicts",
            "sync quarantine", "sync retry", "sync reset", "say", "transcribe", "models list", "models install", "models remove",
            "models verify", "models serve", "devices list", "devices test", "devices record", "calibrate", "recordings",
            "history play",
            "talk", "agent", "join", "voice status", "voice on", "voice off", "voice mute", "voice unmute", "voice volume",
        ]
        for name in fixed { #expect(names.contains(name), "\(name)") }
    }

    @Test("every command has help with examples", arguments: commands)
    func help(path: [String]) throws {
        guard case .text(let text, let status) = CommandRunner.parse(path + ["--help"]) else {
            Issue.record("no help")
            return
        }
        #expect(status == .ok)
        #expect(text.contains("EXAMPLES:"))
        #expect(text.contains("companion-edge \(path.joined(separator: " "))") || text.contains("companion-edge \(path[0])"))
    }

    @Test("every command that works on stores takes --user and --data-dir", arguments: commands)
    func sharedOptions(path: [String]) throws {
        guard case .text(let text, _) = CommandRunner.parse(path + ["--help"]), !text.contains("SUBCOMMANDS:") else { return }
        #expect(text.contains("--data-dir"))
    }

    @Test(
        "what is wrong on a command line is said, with status 64",
        arguments: [
            (["frobnicate", "--x"], "'frobnicate' is not a command"), (["memry", "list"], "memory"), (["memory", "lst"], "lst"),
            (["memory", "list", "--limit", "0"], "--limit is 0"),
            (["memory", "list", "--limit", "many"], "many"), (["memory", "list", "--category", "colour"], "colour"),
            (["memory", "add", "fact"], "<key>"),
            (["memory", "forget", "fact", "name", "--erase", "--undo"], "exclude each other"),
            (["reminders", "add", "tea"], "--at or --in"), (["onboard", "--json", "x", "--name", "y"], "not both"),
            (["chat", "--language", "fr"], "not one of auto, en, ur, ur-Latn"),
            (["profile", "edit", "x", "--rewrite"], "not both"),
            (["reminders", "add", "tea", "--in", "5m", "--every", "decade"], "decade"),
            (["sync", "--watch", "--all"], "--watch goes with neither"), (["sync", "--all", "--user", "x"], "not both"),
            (["login", "--code", "--password-stdin"], "Give one of"), (["sync", "conflicts", "--undo", "x"], "x"),
        ])
    func usage(arguments: [String], complaint: String) {
        guard case .text(let text, let status) = CommandRunner.parse(arguments) else {
            Issue.record("accepted")
            return
        }
        #expect(status == .usage)
        #expect(text.contains(complaint))
    }

    @Test("without a command it is the conversation")
    func defaultCommand() {
        guard case .command(let command) = CommandRunner.parse([]) else {
            Issue.record("no command")
            return
        }
        #expect(command is ChatCommand)
    }

    @Test("completion scripts for the three shells", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) {
        guard case .text(let text, let status) = CommandRunner.parse(["--generate-completion-script", shell]) else {
            Issue.record("no script")
            return
        }
        #expect(status == .ok)
        #expect(text.contains("reminders"))
    }
}
