import Foundation
import TestSupport
import Testing

@testable import AudioIO

/// The program tries out a microphone and a loudspeaker that are not there, in a room in which something is wrong.
@Suite(.timeLimit(.minutes(5)), .serialized) struct DeviceCommandTests {
    private struct Report: Decodable {
        let verdict: String
        let advice: String?
        let noiseDb: Double
        let voiceDb: Double
        let echoGainDb: Double?
        let loopMs: Double?
    }

    private let server: SoundServer
    private let folder: TemporaryDirectory

    init() async throws {
        server = try await SoundServer()
        folder = try TemporaryDirectory()
    }

    private func start(_ arguments: String...) throws -> ChildProcess {
        let environment = server.environment.merging(["COMPANION_DATA_DIR": folder.file("data").path]) { $1 }
        let program = try ChildProcess(ChildProcess.companion, arguments, environment: environment, folder: folder.url)
        program.closeInput()
        return program
    }

    private func test(microphone: String = "alsa:mic", saying voice: [Int16]? = nil) async throws -> (Report, ChildProcess.Ended)
    {
        let program = try start(
            "devices", "test", "--microphone", microphone, "--loudspeaker", "alsa:speaker", "--seconds", "2", "--json")
        if let voice {
            #expect(await program.errors(contain: "Now say something"))
            _ = try await server.speak(voice)
        }
        let ended = await program.ended()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try decoder.decode(Report.self, from: Data(ended.output.utf8)), ended)
    }

    /// A voice, near enough: a tone that comes and goes.
    private func voice(amplitude: Double = 6000) -> [Int16] {
        Signal.tone(300, rate: 48_000, seconds: 3, amplitude: amplitude)
    }

    @Test("a microphone that hears the loudspeaker and the person is good, and both are measured")
    func good() async throws {
        try await server.ask("load-module", "module-loopback", "source=speaker.monitor", "sink=room", "latency_msec=60")
        let (report, ended) = try await test(saying: voice())
        #expect(report.verdict == "good" && ended.status == 0, "\(ended.output)\(ended.errors)")
        #expect(report.noiseDb < -60 && report.voiceDb > -25)
        #expect(abs(report.echoGainDb ?? -100) < 6, "the loopback changes no loudness")
        #expect((30...2500).contains(report.loopMs ?? 0))
    }

    @Test("one that is muted in the mixer gives only zeros")
    func muted() async throws {
        try await server.ask("set-source-mute", "mic", "1")
        let (report, ended) = try await test(saying: voice())
        #expect(report.verdict == "muted" && ended.status == 1)
        #expect(report.advice?.contains("set-source-mute") == true && report.echoGainDb == nil)
    }

    @Test("one that hears only its own noise is silent")
    func silent() async throws {
        var generator = SeededGenerator(seed: 3)
        _ = try await server.speak((0..<48_000).map { _ in Int16.random(in: -4...4, using: &generator) }, times: 30)
        let (report, ended) = try await test()
        #expect(report.verdict == "silent" && ended.status == 1, "\(ended.output)")
    }

    @Test("one that is far too loud is cut off")
    func clipping() async throws {
        let loud = voice(amplitude: 32_000).map { Int16(clamping: Int($0) * 4) }
        let (report, ended) = try await test(saying: loud)
        #expect(report.verdict == "clipping" && ended.status == 1, "\(ended.output)")
        #expect(report.advice?.contains("Lower") == true)
    }

    @Test("one that hears the loudspeaker and nobody is no microphone")
    func echoOnly() async throws {
        let (report, ended) = try await test(microphone: "alsa:loop")
        #expect(report.verdict == "echo-only" && ended.status == 1, "\(ended.output)")
        #expect(report.advice?.contains("monitor") == true && report.loopMs != nil)
    }

    @Test("what calibrating measured is remembered for the pair, and for no other")
    func calibrate() async throws {
        let pair = ["--microphone", "alsa:loop", "--loudspeaker", "alsa:speaker"]
        let unknown = try await start("calibrate", "--show", pair[0], pair[1], pair[2], pair[3]).ended()
        #expect(unknown.status == 1 && unknown.errors.contains("not been measured"))
        let measured = try await start("calibrate", "--json", pair[0], pair[1], pair[2], pair[3]).ended()
        #expect(measured.status == 0, "\(measured.errors)")
        let shown = try await start("calibrate", "--show", "--json", pair[0], pair[1], pair[2], pair[3]).ended()
        #expect(shown.status == 0 && shown.output == measured.output)
        let values = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
        #expect(abs(values["gain_db"] as? Double ?? 100) < 3)
        #expect(abs(values["delay_ms"] as? Double ?? 10_000) < 2500)
        let deaf = try await start("calibrate", "--microphone", "alsa:mic", "--loudspeaker", "alsa:speaker").ended()
        #expect(deaf.status == 1 && deaf.errors.contains("did not hear"))
    }

    @Test("what cannot be used is refused with what to do")
    func refused() async throws {
        let unknown = try await start("devices", "test", "--microphone", "alsa:nosuch").ended()
        #expect(unknown.status == 69 && unknown.errors.contains("'nosuch'") && unknown.errors.contains("devices list"))
        let badName = try await start("devices", "record", "--microphone", "mic", "--output", "x.wav").ended()
        #expect(badName.status == 64 && badName.errors.contains("alsa:NAME"))
        let file = folder.file("empty.wav")
        try Data().write(to: file)
        let empty = try await start("devices", "record", "--microphone", "wav:\(file.path)", "--output", "x.wav").ended()
        #expect(empty.status == 69 && empty.errors.contains("is empty"))
        let pipe = folder.file("mic").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let nobody = try await start("devices", "record", "--microphone", "fifo:\(pipe)", "--output", "x.wav").ended()
        #expect(nobody.status == 74 && nobody.errors.contains("Nobody writes"))
        let endless = try await start("devices", "record", "--microphone", "alsa:null", "--output", "x.wav").ended()
        #expect(endless.errors.contains("faster than time"), "\(endless.errors)")
    }
}

@Suite struct ALSAErrorTests {
    @Test("what ALSA says becomes what a person can do")
    func words() {
        let denied = ALSAError.opening("hw:CARD=Mic", .capture, code: -EACCES)
        #expect(denied.code == .notPermitted && denied.advice?.contains("group 'audio'") == true)
        let busy = ALSAError.opening("hw:CARD=Mic", .capture, code: -EBUSY)
        #expect(busy.code == .busy && busy.advice?.contains("fuser") == true)
        let none = ALSAError.opening("default", .capture, code: -ENOENT)
        #expect(none.code == .notFound && none.message.contains("no microphone"))
        #expect(ALSAError.opening("mic", .capture, code: -ECONNREFUSED).message.contains("sound server"))
    }
}
