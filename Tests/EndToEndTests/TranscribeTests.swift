import Foundation
import TestSupport
import Testing

/// The program writes down what a synthetic person said into a file.
@Suite(.timeLimit(.minutes(5))) struct TranscribeTests {
    private struct Report: Decodable {
        struct Piece: Decodable {
            let start: Double
            let end: Double
            let text: String
        }

        let language: String
        let audioSeconds: Double
        let computeSeconds: Double
        let pieces: [Piece]
    }

    private func transcribe(_ home: Home, _ arguments: String...) async throws -> ChildProcess.Ended {
        let models = try SpeechModels.ready()
        let process = try ChildProcess(
            ChildProcess.companion, ["transcribe"] + arguments,
            environment: home.environment.merging(["COMPANION_MODELS_DIR": models.path]) { $1 }, folder: home.folder.url)
        process.closeInput()
        return await process.ended()
    }

    /// Two sentences with two seconds between them.
    private func recording(_ home: Home) async throws -> URL {
        var sound: [UInt8] = []
        for text in ["Please turn on the light in the kitchen.", "What is the time in London?"] {
            let file = home.folder.file("part.wav")
            let models = try SpeechModels.ready()
            let said = try home.start(
                "say", text, "--output", file.path, "--force", environment: ["COMPANION_MODELS_DIR": models.path])
            #expect(await said.ended().status == 0)
            sound += try Data(contentsOf: file).dropFirst(44) + [UInt8](repeating: 0, count: 22_050 * 4)
        }
        let header = try Data(contentsOf: home.folder.file("part.wav")).prefix(40)
        let size = (0..<4).map { UInt8(truncatingIfNeeded: sound.count >> (8 * $0)) }
        let file = home.folder.file("speech.wav")
        try (header + size + sound).write(to: file)
        return file
    }

    @Test("each stretch of speech is a line with its time, and JSON says how long it took")
    func understood() async throws {
        let home = try Home()
        let file = try await recording(home)
        let text = try await transcribe(home, file.path, "--times")
        #expect(text.status == 0, "\(text.errors)")
        let lines = text.output.split(separator: "\n").map { $0.lowercased() }
        #expect(lines.count == 2, "\(text.output)")
        #expect(lines.first?.contains("light in the kitchen") == true && lines.last?.contains("time in london") == true)
        #expect(lines.allSatisfy { $0.hasPrefix("[0:00:0") } && text.errors.contains("of work"))

        let json = try await transcribe(home, "speech.wav", "--json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(Report.self, from: Data(json.output.utf8))
        #expect(report.language == "en" && report.pieces.count == 2 && report.computeSeconds > 0)
        #expect(report.pieces[1].start > report.pieces[0].end && report.pieces[1].end < report.audioSeconds)
    }

    @Test("what is no speech, no WAV file, cut off or empty is said in plain words")
    func trouble() async throws {
        let home = try Home()
        func write(_ bytes: some Sequence<UInt8>, _ name: String) throws { try Data(bytes).write(to: home.folder.file(name)) }
        try write([], "empty.wav")
        let empty = try await transcribe(home, "empty.wav")
        #expect(empty.status == 65 && empty.errors.contains("empty"))
        try write("ID3 music".utf8, "music.mp3")
        let music = try await transcribe(home, "music.mp3")
        #expect(music.status == 65 && music.errors.contains("not a WAV file") && music.errors.contains("ffmpeg"))
        let gone = try await transcribe(home, "gone.wav")
        #expect(gone.status == 66, "\(gone.errors)")

        let file = try await recording(home)
        try write(try Data(contentsOf: file).prefix(150_000), "cut.wav")
        let cut = try await transcribe(home, "cut.wav")
        #expect(cut.status == 0 && cut.errors.contains("ends earlier") && cut.output.lowercased().contains("kitchen"))
        try write(try Data(contentsOf: file).prefix(44) + Data(count: 100_000), "silence.wav")
        let silence = try await transcribe(home, "silence.wav")
        #expect(silence.status == 1 && silence.output.isEmpty && silence.errors.contains("No speech"))
    }

    @Test("three hours of sound are read in bounded memory, it is said how far reading came, and it can be stopped")
    func threeHours() async throws {
        let home = try Home()
        let bytes = 3 * 3600 * 32_000
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let header =
            Array("RIFF".utf8) + number(bytes + 36) + Array("WAVEfmt ".utf8) + number(16) + [1, 0, 1, 0] + number(16_000)
            + number(32_000) + [2, 0, 16, 0] + Array("data".utf8) + number(bytes)
        let file = home.folder.file("long.wav")
        try Data(header).write(to: file)
        // The sound is a hole in the file.
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: UInt64(44 + bytes))
        try handle.close()
        let program = try home.start("transcribe", "long.wav", environment: ["COMPANION_MODELS_DIR": SpeechModels.ready().path])
        #expect(await program.errors(contain: "0:10:00.0 of sound"))
        let before = try residentMegabytes(of: program)
        #expect(await program.errors(contain: "0:20:00.0 of sound"))
        // Ten minutes are 19 MB.
        #expect(try residentMegabytes(of: program) - before < 10)
        program.send(signal: SIGINT)
        #expect(await program.ended().status != 0)
    }

    private func residentMegabytes(of program: ChildProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(program.id)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }) / 1024
    }

    @Test("eight channels of floating point are mixed and understood")
    func eightChannels() async throws {
        let home = try Home()
        let spoken = try Data(contentsOf: try await recording(home))
        func number(_ value: Int, _ count: Int = 4) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let rate = Int(spoken[24]) | Int(spoken[25]) << 8
        let samples = stride(from: 44, to: spoken.count - 1, by: 2).map { index in
            Float(Int16(bitPattern: UInt16(spoken[index]) | UInt16(spoken[index + 1]) << 8)) / 32_768
        }
        let frames = samples.flatMap { [Float](repeating: $0, count: 8) }
        let header =
            Array("RIFF".utf8) + number(frames.count * 4 + 36) + Array("WAVEfmt ".utf8) + number(16) + number(3, 2) + number(8, 2)
            + number(rate) + number(rate * 32) + number(32, 2) + number(32, 2) + Array("data".utf8) + number(frames.count * 4)
        try (Data(header) + frames.withUnsafeBytes { Data($0) }).write(to: home.folder.file("eight.wav"))
        let heard = try await transcribe(home, "eight.wav")
        #expect(heard.status == 0 && heard.output.lowercased().contains("kitchen"), "\(heard.output)\(heard.errors)")
    }

    @Test("without a recogniser for the language it says so, and what to do instead")
    func languages() async throws {
        let home = try Home()
        let file = home.folder.file("a.wav")
        try Data("RIFF".utf8).write(to: file)
        let urdu = try await transcribe(home, "a.wav", "--language", "ur")
        #expect(urdu.status == 69 && urdu.errors.contains("Urdu") && urdu.errors.contains("chat"))
        let nothing = try await home.command("transcribe", "a.wav")
        #expect(nothing.status == 69 && nothing.errors.contains("models install"), "\(nothing.errors)")
        #expect(try await transcribe(home, "a.wav", "--language", "xx").status == 64)
    }
}
