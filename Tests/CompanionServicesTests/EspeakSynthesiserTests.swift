import Testing

@testable import CompanionServices

@Suite(.timeLimit(.minutes(20))) struct EspeakSynthesiserTests {
    private func sound(_ text: String, _ language: Language, _ voice: EspeakSynthesiser = EspeakSynthesiser()) async throws
        -> (samples: [Int16], rates: Set<Int>)
    {
        var samples: [Int16] = []
        var rates: Set<Int> = []
        for try await chunk in voice.speak(text, language: language) {
            samples += chunk.samples
            rates.insert(chunk.rate)
        }
        return (samples, rates)
    }

    @Test(
        "speaks English and Urdu: a second or two of sound that is neither silent nor clipped",
        arguments: [
            ("Good morning, how are you today?", Language.english), ("صبح بخیر، آپ کیسی ہیں؟", .urdu),
        ])
    func speaks(text: String, language: Language) async throws {
        let (samples, rates) = try await sound(text, language)
        let rate = try #require(rates.first)
        #expect(rates.count == 1 && (16_000...48_000).contains(rate))
        #expect((0.7...6).contains(Double(samples.count) / Double(rate)))
        let peak = samples.map { abs(Int($0)) }.max() ?? 0
        #expect(peak > 5000 && peak < 32_767)
    }

    @Test("a voice that is not there, a language nobody speaks and a missing program are told apart")
    func failures() async {
        let unknown = await #expect(throws: SpeechError.self) {
            _ = try await sound("x", .english, EspeakSynthesiser(voice: "nosuchvoice"))
        }
        #expect(unknown == .unknownVoice("nosuchvoice"))
        let option = await #expect(throws: SpeechError.self) {
            _ = try await sound("x", .english, EspeakSynthesiser(voice: "../../etc/passwd"))
        }
        #expect(option == .unknownVoice("../../etc/passwd"))
        let language = await #expect(throws: SpeechError.self) { _ = try await sound("x", .romanUrdu) }
        #expect(language == .unspoken(.romanUrdu))
        let missing = await #expect(throws: SpeechError.self) {
            _ = try await sound("x", .english, EspeakSynthesiser(program: "espeak-that-is-not-there"))
        }
        #expect(missing == .missing(program: "espeak-that-is-not-there"))
    }

    @Test("who stops reading stops the voice, and nothing hangs")
    func stopped() async throws {
        for try await _ in EspeakSynthesiser().speak(String(repeating: "on and on ", count: 100), language: .english) { break }
    }
}
