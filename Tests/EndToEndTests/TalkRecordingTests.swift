import AudioIO
import CompanionServices
import Foundation
import TestSupport
import Testing

/// What is said through a sound server is recorded when the person wants it, and can be heard again.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TalkRecordingTests {
    private struct Recording: Decodable {
        let seconds: Double
        let message: String?
        let text: String?
    }

    private func recordings(_ home: Home) async throws -> [Recording] {
        let listed = try await home.command("recordings", "list", "--json")
        guard listed.status == 0 else { throw PeerError(description: listed.errors) }
        return try JSONDecoder().decode([Recording].self, from: Data(listed.output.utf8))
    }

    /// Plays a turn back into a file; the samples at 48 kHz.
    private func played(_ message: String?, _ home: Home) async throws -> [Int16] {
        let file = home.folder.file("\(UUID()).wav")
        let arguments = ["history", "play"] + [message].compactMap(\.self) + ["--device", "wav:\(file.path)"]
        let played = try await home.command(arguments)
        guard played.status == 0 else { throw PeerError(description: played.errors) }
        return try SpokenConversation.samples(file)
    }

    @Test("with recording on, each turn is listed and plays both voices; a program that is killed leaves what was heard by then")
    func recorded() async throws {
        let home = try Home()
        #expect(try await home.command("users", "add", "Amina").status == 0)
        #expect(try await home.command("recordings", "on").status == 0)
        let facts = ["My sister lives in London.", "My favourite food is biryani."]
        let question = "What do you know about me?"
        let first = try await SpokenConversation.begin(at: home)
        #expect(await first.program.errors(contain: "This conversation is recorded"))
        for fact in facts { try await first.turn(fact) }
        #expect(await first.end().status == 130)

        let whole = try await recordings(home)
        #expect(whole.count == 2)
        for (recording, fact) in zip(whole, facts) {
            let (person, companion) = (
                try await first.sound(of: fact, by: SpokenConversation.voices.person),
                try await first.sound(of: try #require(recording.text), by: SpokenConversation.voices.companion)
            )
            let sound = try await played(recording.message, home)
            let alike = (person: SoundLikeness.of(person, in: sound), companion: SoundLikeness.of(companion, in: sound))
            #expect(alike.person > 0.7 && alike.companion > 0.7, "\(alike) for \(fact)")
            let other = try await first.sound(of: "Where is the nearest library, please?", by: SpokenConversation.voices.person)
            #expect(SoundLikeness.of(other, in: sound) < 0.55)
        }
        // And through the sound server's loudspeaker.
        let file = home.folder.file("heard.raw")
        let listener = try await first.server.recording(to: file)
        let play = try home.start("history", "play", "--device", "alsa:speaker", environment: first.server.environment)
        let ended = await play.ended()
        listener.send(signal: SIGTERM)
        _ = await listener.ended()
        #expect(ended.status == 0, "\(ended.errors)")
        let heard = SpokenConversation.samples(raw: try Data(contentsOf: file))
        let last = try await first.sound(of: try #require(facts.last), by: SpokenConversation.voices.person)
        #expect(SoundLikeness.of(last, in: heard) > 0.6)

        let second = try await SpokenConversation.begin(at: home)
        try await second.say(question)
        try await second.until { SpokenConversation.isWellHeard($0, after: 0) }
        second.program.send(signal: SIGKILL)
        _ = await second.program.ended()
        let all = try await recordings(home)
        #expect(all.count == 3)
        let cut = try #require(all.last)
        let answer = try await second.sound(of: try #require(cut.text), by: SpokenConversation.voices.companion)
        let sound = try await played(nil, home)
        #expect(SoundLikeness.of(try await second.sound(of: question, by: SpokenConversation.voices.person), in: sound) > 0.7)
        // 1.8 s of the answer were heard; of that the last second may be missing.
        let begun = answer.drop { abs(Int($0)) < 200 }.prefix(48_000 * 8 / 10)
        #expect(SoundLikeness.of(Array(begun), in: sound) > 0.7)
    }

    @Test("nobody who did not ask for it is recorded")
    func off() async throws {
        let home = try Home()
        #expect(try await home.command("users", "add", "Amina").status == 0)
        let talk = try await SpokenConversation.begin(at: home)
        try await talk.turn("Good morning.")
        #expect(await talk.end().status == 130)
        #expect(try await recordings(home).isEmpty)
        let files = try? FileManager.default.subpathsOfDirectory(atPath: home.data.appending(path: "attachments").path)
        #expect(files?.contains { $0.contains("/") } != true, "\(files ?? [])")
    }
}
