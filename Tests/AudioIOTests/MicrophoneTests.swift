import Foundation
import TestSupport
import Testing

@testable import AudioIO

/// The program records a room that is not there, through ALSA, while somebody plays tones in it and the sound server misbehaves.
@Suite(.timeLimit(.minutes(5)), .serialized) struct MicrophoneTests {
    private let server: SoundServer
    private let folder: TemporaryDirectory
    private let output: URL

    init() async throws {
        server = try await SoundServer()
        folder = try TemporaryDirectory()
        output = folder.file("heard.wav")
    }

    private func start(_ device: String = "alsa:mic", seconds: Double) throws -> ChildProcess {
        let program = try ChildProcess(
            ChildProcess.companion,
            ["devices", "record", "--microphone", device, "--seconds", "\(seconds)", "--output", output.path],
            environment: server.environment, folder: folder.url)
        program.closeInput()
        return program
    }

    private func heard() throws -> [Int16] { try WaveReader(path: output.path).read(atMost: 10_000_000) }

    /// Seconds in which there is a tone of this frequency, in steps of 10 ms.
    private func seconds(of frequency: Double, in samples: [Int16]) -> Double {
        stride(from: 0, to: samples.count - 160, by: 160).reduce(0) { sum, start in
            sum + (Signal.amplitude(of: frequency, in: Array(samples[start..<(start + 160)]), rate: 16_000) > 3000 ? 0.01 : 0)
        }
    }

    @Test("tones in the room are heard as they were, as long as they were, without a lost moment")
    func tones() async throws {
        let speaker = try await server.speak(Signal.tone(1000, rate: 48_000, seconds: 1), times: 20)
        let ended = try await start(seconds: 3).ended()
        #expect(ended.status == 0, "\(ended.errors)")
        let samples = try heard()
        #expect(samples.count == 48_000)
        // The null sink and the remap change the rate once, and the program once.
        let steady = Array(samples[16_000..<32_000])
        #expect(Signal.signalToNoise(of: 1000, in: steady, rate: 16_000) > 50)
        #expect(abs(Signal.amplitude(of: 1000, in: steady, rate: 16_000) - 10_000) < 300)
        speaker.send(signal: SIGKILL)
    }

    @Test("a killed sound server is waited for, and heard again within two seconds of its return")
    func killed() async throws {
        let program = try start(seconds: 14)
        #expect(await program.errors(contain: "Recording at"))
        server.end()
        #expect(await program.errors(contain: "microphone is gone"))
        try await server.restart()
        let returned = ContinuousClock.now
        #expect(await program.errors(contain: "microphone is back"))
        #expect(ContinuousClock.now - returned < .seconds(4), "two seconds, and patience for a machine at work")
        _ = try await server.speak(Signal.tone(2000, rate: 48_000, seconds: 1), times: 20)
        let ended = await program.ended()
        #expect(ended.status == 0, "\(ended.errors)")
        let samples = try heard()
        #expect(samples.count == 14 * 16_000, "the time it was away is in the recording")
        #expect(seconds(of: 2000, in: samples) > 1)
    }

    @Test("a suspended source, of which ALSA says nothing, is noticed, and its return too")
    func suspended() async throws {
        _ = try await server.speak(Signal.tone(1000, rate: 48_000, seconds: 1), times: 20)
        let program = try start(seconds: 6)
        #expect(await program.errors(contain: "Recording at"))
        try await server.ask("suspend-source", "mic", "1")
        #expect(await program.errors(contain: "gives no sound"))
        try await server.ask("suspend-source", "mic", "0")
        #expect(await program.errors(contain: "microphone is back"))
        let ended = await program.ended()
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(seconds(of: 1000, in: try heard()) > 0.5)
    }

    @Test("a microphone that is taken away is waited for until it is there again")
    func removed() async throws {
        let program = try start(seconds: 14)
        #expect(await program.errors(contain: "Recording at"))
        // With all others, because the server would only move the listener to one of them.
        for module in ["module-remap-source", "module-null-sink"] { try await server.ask("unload-module", module) }
        #expect(await program.errors(contain: "microphone is gone"))
        try await server.ask("load-module", "module-null-sink", "sink_name=room", "rate=48000", "channels=1")
        try await server.ask("load-module", "module-remap-source", "master=room.monitor", "source_name=mic")
        _ = try await server.speak(Signal.tone(1000, rate: 48_000, seconds: 1), times: 20)
        #expect(await program.errors(contain: "microphone is back"))
        let ended = await program.ended()
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(seconds(of: 1000, in: try heard()) > 0.5)
    }

    @Test("a program that was stopped for a second does not answer what was said long ago, and says what it missed")
    func stopped() async throws {
        _ = try await server.speak(Signal.tone(1000, rate: 48_000, seconds: 1), times: 20)
        let program = try start(seconds: 5)
        #expect(await program.errors(contain: "Recording at"))
        program.send(signal: SIGSTOP)
        // The server's own clock: it has recorded so long by then.
        let away = try await server.speak(Signal.tone(3000, rate: 48_000, seconds: 1.5))
        _ = await away.ended()
        program.send(signal: SIGCONT)
        #expect(await program.errors(contain: "ms of sound were lost"))
        let ended = await program.ended()
        #expect(ended.status == 0, "\(ended.errors)")
        let samples = try heard()
        #expect(samples.count == 5 * 16_000)
        #expect(seconds(of: 3000, in: samples) < 0.8, "most of what was said meanwhile is too old")
    }

    @Test("a microphone that is muted in the mixer is told from one that hears a quiet room")
    func muted() async throws {
        try await server.ask("set-source-mute", "mic", "1")
        let program = try start(seconds: 12)
        #expect(await program.errors(contain: "gives only zeros"))
        try await server.ask("set-source-mute", "mic", "0")
        _ = try await server.speak(Signal.tone(1000, rate: 48_000, seconds: 1), times: 20)
        #expect(await program.errors(contain: "heard again"))
        #expect(await program.ended().status == 0)
    }
}
