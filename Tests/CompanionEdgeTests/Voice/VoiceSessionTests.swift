import AudioIO
import CompanionServices
import Foundation
import LocalStore
import Logging
import Networking
import TestSupport
import Testing

@testable import companion_edge

/// Whole conversations by sound: the person's is made by the embedded voice, and what the loudspeaker gives is listened to.
@Suite(.serialized, .timeLimit(.minutes(5))) struct VoiceSessionTests {
    private static let question = "What do you know about me?"
    private static let time = "What time is it?"
    private static let wish = "Tell me a story about a king."

    private func room(
        _ sentences: [String], echo: Float = 0, recording: Bool = false, models: LanguageLadder? = nil
    ) async throws -> (SpokenRoom, [String: [Int16]]) {
        var sounds: [String: [Int16]] = [:]
        for sentence in sentences { sounds[sentence] = try await personSays(sentence) }
        let recogniser = TemplateRecogniser(sounds.map { ($0.key, $0.value) })
        let room = try await SpokenRoom(recogniser, echo: echo, recording: recording, models: models)
        try await room.tell(
            "My name is Amina.", "I live in Lahore.", "I work as a teacher.", "My favourite colour is green.",
            "My sister's name is Zainab.", "My favourite food is biryani.")
        return (room, sounds)
    }

    /// Seconds that are louder than a whisper.
    private func loudSeconds(_ samples: [Int16]) -> Double {
        Double(stride(from: 0, to: samples.count - 160, by: 160).count { EchoGate.level(Array(samples[$0..<$0 + 160])) > -46 })
            / 100
    }

    /// How alike two sounds of one length are, 0…1.
    private func likeness(_ first: ArraySlice<Int16>, _ second: ArraySlice<Int16>) -> Double {
        var (product, firstPower, secondPower) = (0.0, 0.0, 0.0)
        for (a, b) in zip(first, second) {
            product += Double(a) * Double(b)
            firstPower += Double(a) * Double(a)
            secondPower += Double(b) * Double(b)
        }
        return firstPower * secondPower > 0 ? abs(product) / (firstPower * secondPower).squareRoot() : 0
    }

    private func side(_ number: Int, of pairs: [Int16]) -> [Int16] {
        stride(from: number, to: pairs.count, by: 2).map { pairs[$0] }
    }

    private func files(in room: SpokenRoom) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: room.shelf.folder.url.path).sorted()
    }

    private func answer(_ item: VoiceNews) -> Reply? {
        if case .answer(let reply) = item { reply } else { nil }
    }

    private func isPhase(_ phase: TurnPhase) -> @Sendable (VoiceNews) -> Bool? {
        { if case .phase(phase) = $0 { true } else { nil } }
    }

    @Test("a spoken question is heard, answered aloud to its end, and stored; the wait is measured at the loudspeaker")
    func turn() async throws {
        let (room, sounds) = try await room([Self.question])
        let sound = try #require(sounds[Self.question])
        let answer = answer
        let phase = isPhase(.followUp)
        try await room.converse { witness in
            // The microphone is in no hurry until somebody speaks, nor once they were answered.
            await room.rest.begins()
            room.say(sound)
            await witness.wait { if case .said(Self.question) = $0 { true } else { nil } }
            #expect(!room.rest.isOn)
            let reply = try #require(await witness.wait(for: answer))
            #expect(reply.text.contains("Lahore"), "\(reply.text)")
            let times = try #require(await witness.wait { if case .measured(let times) = $0 { times } else { nil } })
            #expect(times.endpoint - times.voiceEnd < 1000, "\(times)")
            await witness.wait(for: phase)
            await room.rest.begins()
            let stored = try await room.messages
            #expect(stored.last?.text == reply.text)
            #expect(stored.dropLast().last?.text == Self.question)
        }
        #expect(loudSeconds(room.given) > 2)
        // Nobody asked for recordings.
        #expect(!FileManager.default.fileExists(atPath: room.shelf.folder.url.path))
        try await room.close()
    }

    @Test("addressed while it speaks, it falls silent, and gives the sign that it listens")
    func addressed() async throws {
        let (room, sounds) = try await room([Self.question])
        let question = try #require(sounds[Self.question])
        let speaking = isPhase(.speaking)
        try await room.converse { witness in
            room.say(question)
            await witness.wait(for: speaking)
            await room.hasGiven(seconds: 1)
            await room.session.address()
            await witness.wait { if case .interrupted = $0 { true } else { nil } }
            // Nothing else is heard from then on.
            await room.hasGiven(seconds: loudSeconds(room.given) + 0.1)
        }
        // Its first tone, which is a twentieth of a second.
        let (tone, end) = (VoiceFillers(rate: 16_000).cue.prefix(800), room.given.suffix(4800))
        let alike = end.indices.dropLast(tone.count).map { likeness(tone, end[$0..<$0 + tone.count]) }.max() ?? 0
        #expect(alike > 0.9)
        try await room.close()
    }

    @Test("interrupted, it falls silent, and what is stored is what was heard; the interruption is the next turn")
    func bargeIn() async throws {
        let (room, sounds) = try await room([Self.question, Self.time], recording: true)
        let (question, time) = (try #require(sounds[Self.question]), try #require(sounds[Self.time]))
        let (answer, speaking, done) = (answer, isPhase(.speaking), isPhase(.followUp))
        try await room.converse { witness in
            room.say(question)
            let reply = try #require(await witness.wait(for: answer))
            await witness.wait(for: speaking)
            // The echo guard lies behind us once so much of it was heard.
            await room.hasGiven(seconds: 1.8)
            room.say(time)
            let heard = try #require(await witness.wait { if case .interrupted(let heard) = $0 { heard } else { nil } })
            #expect(reply.text.hasPrefix(heard.prefix(10)) && heard.count < reply.text.count, "\(heard) of \(reply.text)")
            #expect(heard.split(separator: " ").count >= 3, "\(heard)")
            let second = try #require(await witness.wait { item in answer(item).flatMap { $0 == reply ? nil : $0 } })
            #expect(second.text != reply.text)
            let stored = try await room.messages.suffix(4)
            #expect(stored.map(\.role) == [.user, .assistant, .user, .assistant])
            let kept = try #require(stored.dropFirst().first)
            #expect(kept.text == heard)
            #expect(kept.details["generated"] == .string(reply.text) && kept.details["interrupted"] == .bool(true))
            #expect(stored.dropFirst(2).first?.text == Self.time)
            await witness.wait(for: done)
        }
        // Each turn is a recording, with the person on the left; the interrupted answer is in the first as far as it was heard.
        let (recordings, stored) = (try await room.shelf.all(), try await room.messages.suffix(4))
        #expect(recordings.map(\.messageID) == stored.filter { $0.role == .assistant }.map(\.id))
        for (recording, said) in zip(recordings, [question, time]) {
            let pairs = try OggOpusReader(path: room.shelf.folder.file(recording.sha256).path, rate: 16_000).readToEnd()
            let (left, right) = (side(0, of: pairs), side(1, of: pairs))
            #expect(SoundLikeness.of(said, in: left, rate: 16_000) > 0.7)
            #expect(SoundLikeness.of(said, in: right, rate: 16_000) < 0.5)
            #expect(loudSeconds(right) > 0.5)
        }
        #expect(try files(in: room).count == 2)
        try await room.close()
    }

    private func model() async throws -> (ScriptedModels, LanguageLadder) {
        let server = try await ScriptedModels()
        let address = try #require(URL(string: server.address))
        let model = OpenAIChatModel(
            server: ModelServer(address: address, key: nil, model: "scripted-1"), transport: try CurlTransport())
        var tuning = LadderTuning()
        (tuning.cloudPatience, tuning.leastPatience) = (.seconds(8), .seconds(8))
        return (
            server, LanguageLadder(rungs: [LadderRung(kind: .cloud) { model }], tuning: tuning, logger: Logger(label: "test"))
        )
    }

    @Test("a model's answer is spoken while the model still speaks, without a word lost where it is slow")
    func spokenAsItComes() async throws {
        let text = "Once there was a king. He had a garden with a thousand roses. In the end he gave them all away."
        let (server, models) = try await model()
        let (room, sounds) = try await room([Self.wish], models: models)
        try await server.always(answer: text, pace: 0.4)
        let wish = try #require(sounds[Self.wish])
        let (answer, speaking, done) = (answer, isPhase(.speaking), isPhase(.followUp))
        try await room.converse { witness in
            room.say(wish)
            await witness.wait(for: speaking)
            // Eight seconds of words are to come.
            #expect(await witness.seen.compactMap(answer).isEmpty)
            let reply = try #require(await witness.wait(for: answer))
            #expect(reply.text == text)
            await witness.wait(for: done)
            #expect(try await room.messages.last?.text == text)
            for item in await witness.seen {
                if case .trouble(let trouble, _) = item { Issue.record("\(trouble)") }
            }
        }
        for sentence in SentenceChunker.pieces(of: text) {
            let sound = try await spoken(sentence, by: EspeakSynthesiser())
            #expect(SoundLikeness.of(sound, in: room.given, rate: 16_000) > 0.7, "\(sentence)")
        }
        try await room.close()
    }

    @Test("a model that is interrupted is told to stop, and what is stored is what was heard")
    func modelInterrupted() async throws {
        let text = "Once there was a king who had a garden. He had a thousand roses in it. In the end he gave them all away."
        let (server, models) = try await model()
        let (room, sounds) = try await room([Self.wish, Self.time], models: models)
        let asked = try await server.asked().count
        try await server.always(answer: text, pace: 0.3)
        let (wish, time) = (try #require(sounds[Self.wish]), try #require(sounds[Self.time]))
        let (answer, speaking) = (answer, isPhase(.speaking))
        try await room.converse { witness in
            room.say(wish)
            await witness.wait(for: speaking)
            await room.hasGiven(seconds: 1.8)
            room.say(time)
            let heard = try #require(await witness.wait { if case .interrupted(let heard) = $0 { heard } else { nil } })
            #expect(text.hasPrefix(heard) && heard.count < text.count && !heard.isEmpty, "\(heard)")
            // The time is the device's own to say.
            _ = try #require(await witness.wait(for: answer))
            let stored = try await room.messages.suffix(4)
            #expect(stored.map(\.role) == [.user, .assistant, .user, .assistant])
            #expect(stored.dropFirst().first?.text == heard)
            #expect(stored.dropFirst(2).first?.text == Self.time)
        }
        #expect(try await server.asked().count == asked + 1)
        try await room.close()
    }

    @Test("a cough stops it for a moment and costs no word")
    func falseInterruption() async throws {
        let (room, sounds) = try await room([Self.question], recording: true)
        let question = try #require(sounds[Self.question])
        var generator = SeededGenerator(seed: 11)
        // A cough that hums like a voice, so that it is taken for one.
        let cough = (0..<9_600).map { index in
            let wave = Double(index % 110) / 110 - 0.5
            return Int16(9_000 * wave + Double.random(in: -1500...1500, using: &generator))
        }
        let (answer, speaking, paused, done) = (answer, isPhase(.speaking), isPhase(.paused), isPhase(.followUp))
        try await room.converse { witness in
            room.say(question)
            let reply = try #require(await witness.wait(for: answer))
            await witness.wait(for: speaking)
            await room.hasGiven(seconds: 1.8)
            room.say(cough)
            await witness.wait(for: paused)
            await witness.wait { if case .resumed = $0 { true } else { nil } }
            await witness.wait(for: done)
            #expect(try await room.messages.last?.text == reply.text)
            var whole: [Int16] = []
            for piece in SentenceChunker.pieces(of: reply.text) {
                for try await chunk in EspeakSynthesiser().speak(piece, language: .english) {
                    whole += try RateConverter(from: chunk.rate, to: 16_000).convert(chunk.samples)
                }
            }
            // Some of it was heard twice, none of it not at all.
            #expect(loudSeconds(room.given) > loudSeconds(whole) - 0.1)
        }
        // What got no answer leaves nothing behind, and the turn is whole.
        let recordings = try await room.shelf.all()
        #expect(try files(in: room) == recordings.map(\.sha256) && recordings.count == 1)
        let recording = try #require(recordings.first)
        let pairs = try OggOpusReader(path: room.shelf.folder.file(recording.sha256).path, rate: 16_000).readToEnd()
        #expect(abs(loudSeconds(side(1, of: pairs)) - loudSeconds(room.given)) < 0.3)
        try await room.close()
    }

    @Test("what was calibrated decides: a loud and late echo is a voice to those who do not know it, and none to those who do")
    func calibrated() async throws {
        let question = try await personSays(Self.question)
        let recogniser = TemplateRecogniser([(Self.question, question)])
        let answer = answer
        /// What shows that it takes what it hears while it speaks, and right after, for somebody's voice; empty if it does not.
        func mistakes(_ calibration: EchoCalibration?) async throws -> [VoiceNews]? {
            let room = try await SpokenRoom(recogniser, echo: 1, echoDelay: 400, calibration: calibration) { $0.followUp = 1000 }
            try await room.tell("My name is Amina.", "I live in Lahore.", "I work as a teacher.", "My favourite food is biryani.")
            let (outcome, tell) = AsyncStream.makeStream(of: [VoiceNews]?.self)
            try await room.converse { witness in
                room.say(question)
                _ = try #require(await witness.wait(for: answer))
                let begun = await witness.seen.count
                tell.yield(
                    await witness.wait(from: begun) { item in
                        switch item {
                        case .refused, .interrupted, .phase(.paused), .phase(.capturing): [item]
                        case .phase(.listening): []
                        default: nil
                        }
                    })
                tell.finish()
            }
            try await room.close()
            return await outcome.first { _ in true } ?? nil
        }
        #expect(try await mistakes(nil)?.isEmpty == false)
        let known = EchoCalibration(delayMilliseconds: 400, gain: 0, measuredAt: "2026-03-10T09:00:00.000Z")
        let mistaken = try await mistakes(known)
        #expect(mistaken?.isEmpty == true, "\(mistaken ?? [])")
    }

    @Test("it does not hear itself, in a room that gives back half of what it says")
    func echo() async throws {
        let (room, sounds) = try await room([Self.question], echo: 0.3)
        let question = try #require(sounds[Self.question])
        let (answer, done) = (answer, isPhase(.followUp))
        try await room.converse { witness in
            room.say(question)
            let reply = try #require(await witness.wait(for: answer))
            await witness.wait(for: done)
            for item in await witness.seen {
                if case .interrupted(let heard) = item { Issue.record("it interrupted itself after: \(heard)") }
            }
            #expect(try await room.messages.last?.text == reply.text)
        }
        try await room.close()
    }
}
