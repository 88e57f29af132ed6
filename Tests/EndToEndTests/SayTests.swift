import Foundation
import TestSupport
import Testing

/// The program speaks into a loudspeaker that is not there, and somebody listens.
@Suite(.timeLimit(.minutes(5))) struct SayTests {
    private func samples(_ url: URL, skipping header: Int = 0) throws -> [Int16] {
        let bytes = [UInt8](try Data(contentsOf: url).dropFirst(header))
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    /// Seconds in which the sound is louder than a whisper, in steps of 10 ms.
    private func loudSeconds(_ samples: [Int16], rate: Int) -> Double {
        let step = rate / 100
        return stride(from: 0, to: samples.count - step, by: step).reduce(0.0) { sum, start in
            let energy = samples[start..<start + step].reduce(0.0) { $0 + Double($1) * Double($1) }
            return sum + ((energy / Double(step)).squareRoot() > 200 ? 0.01 : 0)
        }
    }

    @Test("what is said is heard at the loudspeaker, whole, and the device is listed")
    func heard() async throws {
        let (home, server) = (try Home(), try await SoundServer())
        let text = "Good morning, Amina. The tea is ready, and your brother is here."
        let file = home.folder.file("said.wav")
        #expect(try await home.command("say", text, "--output", file.path).status == 0)
        let said = try samples(file, skipping: 44)

        let recording = home.folder.file("heard.raw")
        let recorder = try await server.recording(to: recording)
        let speaker = try home.start("say", text, "--device", "alsa:speaker", environment: server.environment)
        let ended = await speaker.ended()
        #expect(ended.status == 0, "\(ended.errors)")
        recorder.send(signal: SIGTERM)
        _ = await recorder.ended()
        let heard = try samples(recording)
        let (spoken, arrived) = (loudSeconds(said, rate: 22_050), loudSeconds(heard, rate: 48_000))
        // A machine under load may leave holes of silence, but no word is lost.
        #expect(spoken > 2 && abs(arrived - spoken) < 0.15 * spoken, "\(spoken) s were said and \(arrived) s heard")

        let devices = try home.start("devices", "list", environment: server.environment)
        let listed = await devices.ended()
        #expect(listed.status == 0 && listed.output.contains("alsa:speaker") && listed.output.contains("48000 Hz"))
    }

    @Test("what cannot be said is refused with what to do, and nothing hangs")
    func refused() async throws {
        let home = try Home()
        func say(_ arguments: String..., path: String? = nil) async throws -> ChildProcess.Ended {
            let nowhere = ["ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf", "PULSE_SERVER": "unix:/nonexistent"]
            let program = try ChildProcess(
                ChildProcess.companion, ["say"] + arguments,
                environment: home.environment.merging(nowhere) { $1 }.merging(path.map { ["PATH": $0] } ?? [:]) { $1 },
                folder: home.folder.url)
            program.closeInput()
            return await program.ended()
        }
        let unknown = try await say("x", "--device", "alsa:nosuch")
        #expect(unknown.status == 69 && unknown.errors.contains("'nosuch'") && unknown.errors.contains("devices list"))
        let badName = try await say("x", "--device", "speaker")
        #expect(badName.status == 64 && badName.errors.contains("alsa:NAME"))
        let voice = try await say("x", "--voice", "nosuch", "--device", "null")
        #expect(voice.status == 64 && voice.errors.contains("espeak-ng --voices"))
        let missing = try await say("x", "--device", "null", path: home.folder.url.path)
        #expect(missing.status == 69 && missing.errors.contains("apt-get install espeak-ng"))
        let nothing = try await say(" ... ", "--device", "null")
        #expect(nothing.status == 65)
        let urdu = try await say("آپ کیسی ہیں؟", "--device", "wav:urdu.wav")
        #expect(urdu.status == 0, "\(urdu.errors)")
        #expect(loudSeconds(try samples(home.folder.file("urdu.wav"), skipping: 44), rate: 48_000) > 0.4)
        let again = try await say("hello", "--device", "wav:urdu.wav")
        #expect(again.status == 75 && again.errors.contains("is there already"))
    }
}
