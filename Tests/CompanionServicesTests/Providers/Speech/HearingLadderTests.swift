import Foundation
import LocalStore
import Logging
import Networking
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

/// Recognisers of services above the device's own, which fail as services do.
@Suite(.timeLimit(.minutes(10))) struct HearingLadderTests {
    private static let tone: [Int16] = (0..<16_000).map { Int16(8000 * sin(2 * .pi * 440 * Double($0) / 16_000)) }

    /// Stands for the device's own recogniser: it hears so many samples, and says so.
    private struct OwnEar: SpeechRecogniser {
        let languages: Set<Language> = [.english]

        func begin(language: Language) async throws -> any Recognition {
            guard language == .english else { throw RecognitionError.unsupported(language) }
            return Hearing()
        }

        final class Hearing: Recognition {
            private let count = Mutex(0)
            func accept(_ samples: [Int16]) async throws { count.withLock { $0 += samples.count } }
            func partial() async throws -> String? { count.withLock { $0 == 0 ? nil : "so far" } }
            func finish() async throws -> Transcript {
                Transcript(
                    text: count.withLock { "\($0) samples" }, language: .english, audioSeconds: 1, computeSeconds: 0.1)
            }
        }
    }

    private func rungs(_ servers: ScriptedSpeech..., patience: Duration = .seconds(20)) throws
        -> SpeechRungs<any SpeechRecogniser>
    {
        let transport = try CurlTransport()
        var tuning = SpeechTuning(patience: patience)
        tuning.serverPatience = patience * 2
        tuning.lonelyPatience = .seconds(40)
        return SpeechRungs(
            try servers.enumerated().map { number, server in
                let place = ModelServer(address: try #require(URL(string: server.address)), key: nil, model: "scripted-ear")
                let ear = OpenAIRecogniser(server: place, transport: transport)
                return SpeechRung(name: "service \(number)", kind: .cloud, languages: ear.languages, engine: ear)
            }, tuning: tuning, logger: Logger(label: "test"))
    }

    private func hear(_ ladder: HearingLadder, _ language: Language = .english) async throws -> Transcript {
        let recognition = try await ladder.begin(language: language)
        for start in stride(from: 0, to: Self.tone.count, by: 160) {
            try await recognition.accept(Array(Self.tone[start..<start + 160]))
        }
        return try await recognition.finish()
    }

    @Test("the service's words are taken, and those of this device are there meanwhile")
    func fine() async throws {
        let server = try await ScriptedSpeech()
        try await server.next(answers: ["what the cloud heard"])
        let ladder = HearingLadder(try rungs(server), above: OwnEar())
        let recognition = try await ladder.begin(language: .english)
        try await recognition.accept(Self.tone)
        #expect(try await recognition.partial() == "so far")
        #expect(try await recognition.finish().text == "what the cloud heard")
    }

    @Test(
        "what a service does not understand in time this device has heard, whole",
        arguments: ["slow", "late", "cut", "trouble", "unauthorized", "wrong-type", "wrong-script", "empty"])
    func own(fault: String) async throws {
        let server = try await ScriptedSpeech()
        try await server.next(faults: [fault])
        let rungs = try rungs(server, patience: ["slow", "late"].contains(fault) ? .milliseconds(600) : .seconds(20))
        #expect(try await hear(HearingLadder(rungs, above: OwnEar())).text == "16000 samples")
    }

    @Test("the next service is given everything that was said")
    func next() async throws {
        let (first, second) = (try await ScriptedSpeech(), try await ScriptedSpeech())
        try await first.next(faults: ["trouble"])
        try await second.next(answers: ["میرا نام ثنا ہے"])
        let ladder = HearingLadder(try rungs(first, second), above: OwnEar())
        #expect(ladder.languages.contains(.urdu))
        let transcript = try await hear(ladder, .urdu)
        #expect(transcript.text == "میرا نام ثنا ہے" && transcript.audioSeconds == 1)
        #expect(try await first.asked().count == 1)
        #expect(try await second.asked().first?.file?.isEmpty == false)
    }

    @Test("where nothing on this device understands the language, that is said with its reason")
    func nobody() async throws {
        let server = try await ScriptedSpeech()
        try await server.next(faults: ["unauthorized"])
        let rungs = try rungs(server)
        let ladder = HearingLadder(rungs, above: OwnEar())
        await #expect(throws: RecognitionError.notHeard(.keyMissing(setting: "OPENAI_API_KEY"))) { try await hear(ladder, .urdu) }
        #expect(rungs.state.first?.health.isResting == true)
        // It rests: nobody is asked, and nobody waits.
        await #expect(throws: RecognitionError.notHeard(.reported("service 0 rests after: no key"))) {
            try await hear(ladder, .urdu)
        }
        #expect(try await server.asked().count == 1)
        #expect(try await hear(ladder).text == "16000 samples")
    }

    @Test("who was asked for the words is told with them, and why others did not have them")
    func route() async throws {
        let (first, second) = (try await ScriptedSpeech(), try await ScriptedSpeech())
        try await first.next(faults: ["unauthorized"])
        let ladder = HearingLadder(try rungs(first, second), above: OwnEar())
        var route = try await hear(ladder).route
        #expect(route.map(\.rung) == ["cloud", "cloud"] && route.map(\.model) == ["service 0", "service 1"])
        #expect(route.map(\.outcome) == [.failed, .answered] && route.map(\.why) == ["no key", nil])
        try await second.next(faults: ["trouble"])
        route = try await hear(ladder).route
        #expect(route.map(\.outcome) == [.skipped, .failed, .answered])
        #expect(route.map(\.why) == ["rests after: no key", "server in trouble (500)", "no service heard it"])
        #expect(route.last?.rung == RungUse.floor)
    }

    @Test(
        "sound that was understood before is not sent again, but for another person, after something was forgotten, or when it failed"
    )
    func repeated() async throws {
        let (server, person, other) = (try await ScriptedSpeech(), try Person(), try Person())
        try await person.remember(("FACT", "location", "Quetta"))
        let shared = RedisCache(nil)
        let ladder = HearingLadder(try rungs(server), above: OwnEar())
        func hear(_ person: Person, _ language: Language = .english) async throws -> Transcript {
            let recognition = try await ladder.keeping(in: PersonCache(shared, store: person.store)).begin(language: language)
            try await recognition.accept(Self.tone)
            return try await recognition.finish()
        }
        try await server.next(faults: ["trouble"])
        #expect(try await hear(person).text == "16000 samples", "what this device heard is not kept as a service's words")
        try await server.next(answers: ["what the cloud heard", "what another said"])
        #expect(try await hear(person).text == "what the cloud heard")
        let again = try await hear(person)
        #expect(again.text == "what the cloud heard" && again.audioSeconds == 1)
        #expect(again.route.map(\.rung) == [RungUse.cache])
        #expect(try await server.asked().count == 2)
        #expect(try await hear(other).text == "what another said")
        #expect(try await server.asked().count == 3)
        _ = try await person.store.write { try $0.forgetMemory(category: .fact, key: "location") }
        #expect(try await hear(person).text == "the server heard this")
        #expect(try await server.asked().count == 4)
        // The ears of this device alone keep nothing.
        #expect(OwnEar().keeping(in: PersonCache(shared, store: person.store)) is OwnEar)
    }

    @Test("a service that is nearly always quick is not waited for longer than that")
    func quick() async throws {
        let server = try await ScriptedSpeech()
        let rungs = try rungs(server, patience: .seconds(60))
        let ladder = HearingLadder(rungs, above: OwnEar())
        for _ in 0..<6 { #expect(try await hear(ladder).text == "the server heard this") }
        try await server.next(faults: ["slow"])
        #expect(try await hear(ladder).text == "16000 samples")
        #expect(rungs.state.first?.health.lastTrouble == "no words in time")
    }
}
