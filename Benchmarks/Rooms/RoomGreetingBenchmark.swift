import ArgumentParser
import Foundation
import TestSupport

/// How soon somebody is greeted who enters a room in which the companion waits, by the program itself.
enum RoomGreetingBenchmark {
    private static let agent = "companion-edge"

    static func run(rounds: Int) async throws {
        let models = try SpeechModels.ready()
        for voice in ["en-gb", ""] {
            var (times, joined) = ([Double](), [Double]())
            for round in 0..<rounds {
                let (track, join) = try await greet(models: models, voice: voice, round)
                times.append(track)
                joined.append(join)
            }
            let (all, late) = (Distribution(times), Distribution(joined))
            let name = voice.isEmpty ? "the best voice that is installed" : "the embedded voice"
            print(
                "\(name): the person's track to the greeting's first sound at their ear  p50 \(format(all.median)) ms, most \(format(all.percentile(1))) ms (at most 700)"
            )
            print("\(name): from their entering  p50 \(format(late.median)) ms, most \(format(late.percentile(1))) ms")
        }
    }

    /// - Returns: milliseconds from the person's track, and from their being in the room.
    private static func greet(models: URL, voice: String, _ round: Int) async throws -> (track: Double, join: Double) {
        try await withScratchDirectory { folder in
            let server = try await RoomServer()
            var environment = [
                "COMPANION_DATA_DIR": folder.appending(path: "data").path, "COMPANION_MODELS_DIR": models.path,
                "COMPANION_MODEL_SERVER": "off", "LIVEKIT_URL": server.address, "LIVEKIT_API_KEY": RoomServer.key,
                "LIVEKIT_API_SECRET": RoomServer.secret, "LIVEKIT_ROOM": "home",
            ]
            if !voice.isEmpty { environment["COMPANION_SPEAKING_VOICE"] = voice }
            let program = try ChildProcess(
                ChildProcess.companion, ["agent", "--wait", "120"], environment: environment, folder: folder)
            defer { program.send(signal: SIGKILL) }
            guard await program.errors(contain: "waiting for somebody") else {
                throw ValidationError("the agent did not begin: \(program.errorsSoFar)")
            }
            let person = try await RoomPerson()
            let token = try await server.token("user-00000000-0000-4000-8000-00000000000\(round % 10)", name: "Amina")
            try await person.join(server, token: token)
            guard let speaks = try await person.wait(for: "speaks", ["identity": agent]).first,
                let published = try await person.wait(for: "published").first,
                let joined = try await person.wait(for: "joined").first
            else { throw ValidationError("nobody was greeted") }
            try await person.leave()
            _ = await program.ended()
            return (Double(speaks.time - published.time), Double(speaks.time - joined.time))
        }
    }
}
