import ArgumentParser
import AudioIO
import Foundation
import TestSupport

/// How soon devices are at work again after their sound server came back.
enum RecoveryBenchmark {
    private static let rounds = 5

    static func run(_ server: SoundServer) async throws {
        let program = try ChildProcess.bench(["sound-recovery"], server)
        defer { program.send(signal: SIGKILL) }
        /// Waits until both devices have told this so often.
        func told(_ what: String, _ times: Int) async throws {
            let happened = await program.output { text in
                ["microphone", "loudspeaker"].allSatisfy { device in
                    text.split(separator: "\n").count { $0.hasPrefix("\(what) \(device)") } >= times
                }
            }
            guard happened else { throw ValidationError("the devices were not \(what): \(program.errorsSoFar)") }
        }
        try await told("open", 1)
        var returned: [Int64] = []
        for round in 1...rounds {
            server.end()
            try await told("lost", round)
            // Long enough for the pauses between attempts to be as long as they become, and another part of a pause each time.
            try await Task.sleep(for: .milliseconds(3000 + 170 * round))
            try await server.restart()
            returned.append(MonotonicTime.now)
            try await told("back", round)
        }
        for device in ["microphone", "loudspeaker"] {
            let times = program.outputSoFar.split(separator: "\n").filter { $0.hasPrefix("back \(device) ") }
                .compactMap { $0.split(separator: " ").last.flatMap { Int64($0) } }
            let all = Distribution(zip(times, returned).map { Double($0 - $1) / 1_000_000 })
            print(
                "recovery: \(device) at work after the server's return  p50 \(format(all.median)) ms  most \(format(all.percentile(1))) ms (at most 2000)"
            )
        }
    }
}

/// What the benchmark runs where the sound server is known. Not for people.
struct SoundRecoveryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sound-recovery", abstract: "Tells when devices go and return, until it is killed.", shouldDisplay: false)

    func run() async throws {
        let sink = try await PlaybackSink(try AudioDeviceID("alsa:speaker"))
        let capture = try await AudioCapture(try AudioDeviceID("alsa:mic"))
        let (frames, heard) = (capture.subscribe(), capture.events())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in frames {} }
            group.addTask {
                let second = [Int16](repeating: 0, count: sink.rate)
                while !Task.isCancelled { try await sink.enqueue(second, to: PlaybackItemID(generation: 0, number: 0)) }
            }
            group.addTask {
                for await event in heard {
                    switch event {
                    case .opened: Self.say("open microphone")
                    case .lost: Self.say("lost microphone")
                    case .returned: Self.say("back microphone \(MonotonicTime.now)")
                    default: break
                    }
                }
            }
            group.addTask {
                for await event in sink.events {
                    switch event {
                    case .started: Self.say("open loudspeaker")
                    case .lost: Self.say("lost loudspeaker")
                    case .recovered: Self.say("back loudspeaker \(MonotonicTime.now)")
                    default: break
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}
