import Foundation
import TestSupport
import Testing

@testable import CompanionServices

/// The real recogniser hears synthetic people.
@Suite(.timeLimit(.minutes(5))) struct MoonshineTests {
    private static let sentences = [
        "Please lower the temperature in the bedroom by two degrees.", "What is the weather going to be like tomorrow morning?",
        "Remind me to call my brother at the office.",
    ]

    @Test("sentences of an installed voice are understood almost to the word, and those of espeak-ng well enough")
    func understood() async throws {
        let store = try SpokenSound.store
        let recogniser = MoonshineRecogniser(store)
        #expect(recogniser.languages == [.english])
        for (voice, limit) in [(PiperSynthesiser(store) as any SpeechSynthesiser, 0.1), (EspeakSynthesiser(voice: "en-us"), 0.3)]
        {
            var errors = 0.0
            for sentence in Self.sentences {
                let recognition = try await recogniser.begin(language: .english)
                let sound = try await SpokenSound.of(sentence, by: voice)
                try await recognition.accept(sound)
                let transcript = try await recognition.finish()
                let said = transcript.text.replacing(" 2 ", with: " two ")
                errors += SpokenSound.errors(said, in: sentence) / Double(Self.sentences.count)
                #expect(transcript.language == .english && transcript.computeSeconds > 0)
                #expect(abs(transcript.audioSeconds - Double(sound.count) / 16_000) < 0.001)
            }
            #expect(errors <= limit, "\(type(of: voice)): \(errors)")
        }
    }

    @Test("partial results grow while somebody speaks, and the end has them all")
    func partial() async throws {
        let recogniser = MoonshineRecogniser(try SpokenSound.store)
        let text = "My sister lives in a small house near the river, and she works as a teacher."
        let sound = try await SpokenSound.of(text, by: PiperSynthesiser(try SpokenSound.store))
        let recognition = try await recogniser.begin(language: .english)
        #expect(try await recognition.partial() == nil)
        var partials: [String] = []
        for start in stride(from: 0, to: sound.count, by: 4_800) {
            try await recognition.accept(Array(sound[start..<min(sound.count, start + 4_800)]))
            // The recogniser is let come to an end, as it would while the person goes on speaking.
            try await (recognition as? MoonshineRecognition)?.settle()
            if let partial = try await recognition.partial(), partials.last != partial { partials.append(partial) }
        }
        let transcript = try await recognition.finish()
        #expect(!partials.isEmpty && partials.allSatisfy { $0.count < transcript.text.count + 10 }, "\(partials)")
        #expect(partials.first.map { $0.count < transcript.text.count } == true)
        #expect(SpokenSound.errors(transcript.text, in: text) <= 0.15, "\(transcript.text)")
    }

    @Test(
        "a model that goes round in a circle is stopped after the first round; what people say twice, or short, is left",
        arguments: [
            ([1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 3, 4, 5, 6], 8), ([1, 3, 4, 5, 6, 3, 4, 5, 6], nil), ([7, 7, 7, 7, 7], nil),
            ([1, 2, 3, 1, 2, 3, 1, 2, 3], nil), ([], nil),
        ] as [([Int], Int?)])
    func circle(tokens: [Int], surplus: Int?) {
        #expect(TokenLoop.repetition(atEndOf: tokens) == surplus)
    }

    @Test("a speech without an end is understood in settled pieces, and its sound waits in bounded memory")
    func long() async throws {
        let store = try SpokenSound.store
        let text =
            "First we wash the rice. Then we cook it with salt. After that we cut the onions. At last we put it on the table."
        let sound = try await SpokenSound.of(text, by: PiperSynthesiser(store))
        let count = max(2, 28 * SpokenSound.rate / sound.count)
        let room = 18 * SpokenSound.rate
        let recognition = MoonshineRecognition(MoonshineEngine(store), room: room)
        for _ in 0..<count {
            for start in stride(from: 0, to: sound.count, by: 8_000) {
                try await recognition.accept(Array(sound[start..<min(sound.count, start + 8_000)]))
                #expect(recognition.waiting <= room)
            }
        }
        let transcript = try await recognition.finish()
        #expect(transcript.audioSeconds > 20)
        let said = Array(repeating: text, count: count).joined(separator: " ")
        #expect(SpokenSound.errors(transcript.text, in: said) <= 0.2, "\(transcript.text)")
    }

    @Test("a guess changes nothing but the time, however wrong it is")
    func guess() async throws {
        let store = try SpokenSound.store
        let engine = MoonshineEngine(store)
        let text = "My sister lives in a small house near the river, and she works as a teacher."
        let sound = try await SpokenSound.of(text, by: PiperSynthesiser(store)).map { Float($0) / 32_768 }
        let unaided = try await engine.look(at: sound, guess: [])
        #expect(unaided.isWhole && unaided.tokens.count > 12, "\(unaided)")
        let known = try await engine.look(at: sound, guess: unaided.tokens)
        #expect(known.text == unaided.text && known.seconds < unaided.seconds / 2, "\(known.seconds) of \(unaided.seconds)")
        var nearly = unaided.tokens
        nearly[3] += 1
        nearly.remove(at: 8)
        for wrong in [nearly, Array(unaided.tokens.reversed()), [5, 99_999, -1], unaided.tokens + unaided.tokens] {
            // Numbers that are no tokens would be an error of ours, not of the sound.
            let guess = wrong.filter { (0..<32_000).contains($0) }
            #expect(try await engine.look(at: sound, guess: guess).text == unaided.text)
        }
    }

    @Test("what was looked at in a pause is not looked at again, unless somebody went on")
    func pause() async throws {
        let store = try SpokenSound.store
        let engine = MoonshineEngine(store)
        let first = try await SpokenSound.of("My sister lives in London.", by: PiperSynthesiser(store))
        let second = try await SpokenSound.of("She works as a teacher.", by: PiperSynthesiser(store))
        let recognition = MoonshineRecognition(engine)
        try await recognition.accept(first)
        try await recognition.pause()
        try await recognition.settle()
        try await recognition.accept([Int16](repeating: 0, count: 4000))
        let seconds = recognition.computeSeconds
        #expect(seconds > 0)
        let transcript = try await recognition.finish()
        #expect(transcript.text.contains("London") && transcript.computeSeconds == seconds)
        #expect(abs(transcript.audioSeconds - Double(first.count + 4000) / 16_000) < 0.001)

        let longer = MoonshineRecognition(engine)
        try await longer.accept(first)
        try await longer.pause()
        await longer.resume()
        try await longer.accept(second)
        let whole = try await longer.finish().text
        #expect(whole.contains("London") && whole.contains("teacher"), "\(whole)")
    }

    @Test("the memory in which it works is given back when nobody has spoken for a while")
    func rest() async throws {
        let engine = MoonshineEngine(try SpokenSound.store, idle: .milliseconds(500))
        let sound = try await SpokenSound.of("My sister lives in London.").map { Float($0) / 32_768 }
        let before = try await engine.look(at: sound, guess: [])
        let working = try Self.residentMegabytes()
        while try Self.residentMegabytes() > working - 150 { try await Task.sleep(for: .milliseconds(50)) }
        #expect(try await engine.look(at: sound, guess: []).text == before.text)
    }

    /// Memory of this process that is no file's.
    private static func residentMegabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }) / 1024
    }

    @Test("silence gives nothing, and so does no sound at all")
    func silence() async throws {
        let recogniser = MoonshineRecogniser(try SpokenSound.store)
        for samples in [[], [Int16](repeating: 0, count: 32_000), [Int16](repeating: 3, count: 100)] {
            let recognition = try await recogniser.begin(language: .english)
            try await recognition.accept(samples)
            #expect(try await recognition.finish().text == "")
        }
    }

    @Test("what is not installed, not spoken here or damaged is told apart")
    func refused() async throws {
        let nothing = MoonshineRecogniser(ModelStore(folders: [URL(filePath: "/nonexistent")]))
        #expect(nothing.languages.isEmpty)
        await #expect(throws: RecognitionError.notInstalled(package: "moonshine-base-en")) {
            try await nothing.begin(language: .english)
        }
        let here = MoonshineRecogniser(try SpokenSound.store)
        await #expect(throws: RecognitionError.unsupported(.urdu)) { try await here.begin(language: .urdu) }

        // A copy with one flipped byte.
        let copy = try TemporaryDirectory()
        let models = try SpeechModels.ready()
        for name in ["sherpa-onnx", "moonshine-base-en"] {
            try FileManager.default.copyItem(at: models.appending(path: name), to: copy.file(name))
        }
        let file = copy.file("moonshine-base-en/tokenizer.bin")
        var bytes = try Data(contentsOf: file)
        bytes[100] ^= 1
        try bytes.write(to: file)
        let broken = MoonshineRecogniser(ModelStore(folders: [copy.url]))
        await #expect {
            try await broken.begin(language: .english)
        } throws: { error in
            guard case RecognitionError.broken("moonshine-base-en", let reason) = error else { return false }
            return reason.contains(file.path)
        }
    }
}
