import ArgumentParser
import AudioIO
import Foundation
import TestSupport

/// The cost of sound: Opus beside its library in a loop, and devices on a sound server of the benchmark's own.
struct SoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sound",
        abstract: "Opus; latency, cost, interruptions and losses of devices; waiting times of a conversation.",
        discussion: """
            The devices are those of a PulseAudio server that is started for it. --minutes N plays and listens for so long beside
            --hogs busy processes, and counts what was lost. --models DIR lets Silero judge voices, and the program hold a
            conversation of --turns turns, whose waiting times it prints.
            Example: companion-bench sound --minutes 10 --hogs 4 --models .build/models
            """)

    @Option(help: "Minutes of a clean run; 0 for none.")
    var minutes = 0.0

    @Option(help: "Processes that take all the time they get during the clean run.")
    var hogs = 4

    @Option(help: "Where the speech models are installed.")
    var models: String?

    @Option(help: "Turns of the conversation.")
    var turns = 10

    func run() async throws {
        try OpusBenchmark.run()
        let server = try await SoundServer()
        let detector = models.map { ["--models", $0] } ?? []
        try await child(server, ["sound-devices", "--seconds", "15"] + detector)
        try await RecoveryBenchmark.run(server)
        if let models { try await TalkBenchmark.run(server, models: URL(filePath: models), turns: turns) }
        guard minutes > 0 else { return }
        let busy = try (0..<hogs).map { _ in try ChildProcess(URL(filePath: "/bin/sh"), ["-c", "while :; do :; done"]) }
        defer { for process in busy { process.send(signal: SIGKILL) } }
        print("-- \(minutes) minutes beside \(hogs) busy processes")
        try await child(server, ["sound-devices", "--seconds", "\(minutes * 60)", "--clean"] + detector)
    }

    private func child(_ server: SoundServer, _ arguments: [String]) async throws {
        let program = try ChildProcess.bench(arguments, server)
        let ended = await program.ended()
        print(ended.output, terminator: "")
        guard ended.status == 0 else { throw ValidationError("the devices could not be measured: \(ended.errors)") }
    }
}

extension ChildProcess {
    /// This program again, where the sound server is known: ALSA asks the environment for it.
    static func bench(_ arguments: [String], _ server: SoundServer) throws -> ChildProcess {
        let program = try ChildProcess(
            URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(), arguments, environment: server.environment)
        program.closeInput()
        return program
    }
}
