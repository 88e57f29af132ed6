import ArgumentParser
import Foundation
import Glibc
import LocalStore

/// `companion-edge chat` as a process on a terminal, with a store of some years.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Start to first prompt, turns, memory and idle processor time of `companion-edge chat`.")

    @Option(help: "The companion-edge program; by default the one beside this one.")
    var program: String?

    @Option(help: "What the prompt begins with.")
    var prompt = "\nyou"

    @Option(help: "Memories in the store.")
    var memories = 10_000

    @Option(help: "Messages in the store.")
    var messages = 50_000

    @Option(help: "Starts; the median counts.")
    var starts = 7

    @Option(help: "Turns of the last start.")
    var turns = 60

    @Option(help: "Seconds of silence in which processor time is measured.")
    var silence = 10

    @Option(help: "Use a copy of this generated store, as `turn --store` keeps it.")
    var store: String?

    func run() async throws {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
            "companion-edge")
        let path = program ?? beside.path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ValidationError("There is no companion-edge program at \(path); build it, or pass --program.")
        }
        try await withScratchDirectory { directory in
            let data = try DataDirectory(root: directory.appendingPathComponent("data"))
            let user = try SyntheticLife.person()
            let file = data.personStore(user)
            if let store {
                try FileManager.default.copyItem(at: URL(fileURLWithPath: store), to: file)
            } else {
                try await withLife(file.path, memories: memories, messages: messages) { _, _ in }
            }
            try await measure(path, data: data, user: user)
        }
    }

    private func measure(_ path: String, data: DataDirectory, user: UserID) async throws {
        var environment = ProcessInfo.processInfo.environment
        environment["COMPANION_DATA_DIR"] = data.root.path
        environment["TERM"] = "xterm"
        var times: [Double] = []
        for start in 1...max(starts, 1) {
            let terminal = try PseudoTerminal(program: path, arguments: ["chat", "--user", user.text], environment: environment)
            let begin = ContinuousClock.now
            try terminal.start()
            guard terminal.wait(for: prompt) != nil else {
                throw ValidationError("The prompt did not come. The program showed: \(terminal.output)")
            }
            times.append((ContinuousClock.now - begin) / .milliseconds(1))
            if start == starts { try report(terminal, starts: Distribution(times)) }
            terminal.type("/quit")
            terminal.process.waitUntilExit()
        }
    }

    private func report(_ terminal: PseudoTerminal, starts: Distribution) throws {
        print("start to first prompt: \(starts.summary)")
        let figures = ProcessFigures(pid: terminal.process.processIdentifier)
        print("resident at the first prompt: \(format(figures.residentMegabytes())) MB")
        var life = SyntheticLife(seed: 3)
        var times: [Double] = []
        for number in 0..<turns {
            terminal.type(number % 2 == 0 ? life.question() : life.sentence().text)
            guard let shown = terminal.wait(for: prompt) else { throw ValidationError("Turn \(number) was not answered.") }
            times.append(shown)
        }
        print("turn on the terminal, line to next prompt: \(Distribution(times).summary)")
        print(
            "resident after \(turns) turns: \(format(figures.residentMegabytes())) MB, peak \(format(figures.residentMegabytes(peak: true))) MB"
        )
        let before = figures.processorMilliseconds()
        sleep(UInt32(silence))
        print("processor time in \(silence) s of silence: \(format(figures.processorMilliseconds() - before)) ms")
    }
}
