import ArgumentParser
import AudioIO
import Foundation
import TestSupport

/// How long somebody waits for a spoken answer: the program talks with a synthetic person through the sound server.
enum TalkBenchmark {
    private static let said = [
        "Good morning.", "My sister lives in London.", "I work as a teacher.", "My favourite colour is green.",
        "What is seven plus five?", "What day is it today?", "Where does my sister live?",
        "Please remind me to water the plants tomorrow at nine.", "What is my favourite colour?", "Thank you very much.",
    ]

    static func run(_ server: SoundServer, models: URL, turns: Int) async throws {
        let companion = ChildProcess.companion
        guard FileManager.default.isExecutableFile(atPath: companion.path) else {
            throw ValidationError("The program is not beside this one; build it with the same configuration.")
        }
        try await withScratchDirectory { folder in
            let environment = server.environment.merging([
                "COMPANION_DATA_DIR": folder.appending(path: "data").path, "COMPANION_MODELS_DIR": models.path,
            ]) { $1 }
            let program = try ChildProcess(
                companion, ["talk", "--microphone", "alsa:mic", "--loudspeaker", "alsa:speaker", "--latency"],
                environment: environment, folder: folder)
            defer { program.send(signal: SIGKILL) }
            guard await program.errors(contain: "Listening") else {
                throw ValidationError("talk did not begin: \(program.errorsSoFar)")
            }
            for turn in 0..<turns {
                let file = folder.appending(path: "\(turn).wav")
                let text = said[turn % said.count]
                let say = try ChildProcess(
                    companion, ["say", text, "--voice", "en-us", "--output", file.path], environment: environment,
                    folder: folder)
                guard await say.ended().status == 0 else { throw ValidationError("say failed: \(say.errorsSoFar)") }
                let reader = try WaveReader(path: file.path)
                let sound = try reader.read(atMost: 60 * reader.rate)
                let speaker = try await server.speak(try RateConverter(from: reader.rate, to: 48_000).convert(sound))
                _ = await speaker.ended()
                // The answer is there, and has been heard when nothing loud was for a while.
                let answered = await program.output { text in
                    text.split(separator: "\n").count { $0.hasPrefix("companion") } > turn
                }
                guard answered else { throw ValidationError("talk ended: \(program.errorsSoFar)") }
                try await Task.sleep(for: .seconds(6))
            }
            program.send(signal: SIGINT)
            let ended = await program.ended()
            print("-- a conversation, milliseconds from the last sample of the person's voice")
            let lines = ended.output.split(separator: "\n", omittingEmptySubsequences: false)
            for line in lines.drop(while: { !$0.hasPrefix("TURN") }) { print(line) }
            print("aim: half within 1000 ms and 95 % within 1600 ms, beyond the recogniser's own computing")
        }
    }
}
