import CompanionServices
import Foundation
import TestSupport
import Testing

/// Conversations where it is hard to hold one.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TalkHardshipTests {
    /// The last thing the companion said.
    private func lastAnswer(_ ended: ChildProcess.Ended) -> String {
        ended.output.split(separator: "\n").last { $0.hasPrefix("companion") }.map(String.init) ?? ended.output
    }

    private func troubles(_ log: TurnLog) -> [TurnEffect] {
        log.entries.flatMap(\.effects).filter { if case .trouble = $0 { true } else { false } }
    }

    /// How long each voice was listened to that got an answer, in milliseconds.
    private func listened(_ log: TurnLog) -> [Int] {
        let effects = log.entries.flatMap(\.effects)
        let beginnings = effects.compactMap { if case .hear(_, let since, nil) = $0 { since } else { nil } }
        return effects.compactMap { effect in
            guard case .measured(let times) = effect else { return nil }
            return beginnings.last { $0 < times.voiceEnd }.map { times.voiceEnd - $0 }
        }
    }

    @Test("while eight other programs take all of the processor they can get, what is said is understood and answered")
    func busy() async throws {
        let talk = try await SpokenConversation.begin()
        let told = try await talk.sound(of: "My sister lives in London.", by: SpokenConversation.voices.person)
        let asked = try await talk.sound(of: "Where does my sister live now?", by: SpokenConversation.voices.person)
        let hogs = try (0..<8).map { _ in
            try ChildProcess(URL(filePath: "/usr/bin/env"), ["sh", "-c", "while :; do :; done"])
        }
        defer { for hog in hogs { hog.send(signal: SIGKILL) } }
        for (number, sound) in [told, asked].enumerated() {
            try await talk.play(sound)
            try await talk.until { SpokenConversation.finished($0) > number }
        }
        #expect(troubles(try talk.turns).isEmpty)
        let ended = await talk.end()
        #expect(ended.status == 130, "\(ended.errors)")
        #expect(lastAnswer(ended).contains("London"), "\(ended.output)")
    }

    @Test("a television behind the person: whoever is nearer is understood and answered, and the television is not")
    func television() async throws {
        let talk = try await SpokenConversation.begin()
        try await talk.turn("My sister lives in London.")
        let programme = try await talk.sound(
            of: "The weather tomorrow is cloudy in the north, and dry in the south. In the evening there is rain on the coast. "
                + "The government has not said when the new railway will be opened. The match ended without a goal.",
            by: SpokenConversation.voices.companion)
        let question = "Where does my sister live now?"
        // While it is being made, the television would be listened to.
        _ = try await talk.sound(of: question, by: SpokenConversation.voices.person)
        let television = try await talk.server.speak(programme.map { $0 / 16 }, times: 8)
        // It begins to speak before the person does.
        let hearings = SpokenConversation.hearings(try talk.turns)
        try await talk.until { SpokenConversation.hearings($0) > hearings }
        for _ in 0..<2 { try await talk.turn(question) }
        television.send(signal: SIGTERM)
        _ = await television.ended()
        let log = try talk.turns
        let ended = await talk.end()
        #expect(SpokenConversation.cuts(log) == 0 && troubles(log).isEmpty)
        let said = ended.output.split(separator: "\n").filter { $0.hasPrefix("you") }
        #expect(said.count == 3, "\(ended.output)")
        #expect(lastAnswer(ended).contains("London"), "\(ended.output)")
        // Nobody waits for the television to end, which would take two minutes.
        let voices = listened(log)
        #expect(voices.count == 3 && voices.allSatisfy { $0 < 9000 }, "\(voices)")
    }

    /// A microphone that hears the loudspeaker.
    enum LoudRoom: String, CaseIterable, Sendable {
        /// As loud as the person, by the loudspeaker's clock, as devices of one sound card do.
        case livekit, speexdsp
        /// By a clock of its own, 12 dB quieter: what a filter leaves over of it is as loud as a person.
        case speexdspAdrift

        var canceller: String { self == .livekit ? "livekit" : "speexdsp" }
    }

    /// From now on the microphone hears the loudspeaker, by a clock that drifts against it.
    private func hearLoudspeaker(_ server: SoundServer, volume: Int) async throws {
        let module = try await server.ask(
            "load-module", "module-loopback", "source=speaker.monitor", "sink=room", "latency_msec=60")
        let inputs = try await server.ask("--format=json", "list", "sink-inputs")
        let found = try #require(
            try JSONSerialization.jsonObject(with: Data(inputs.utf8)) as? [[String: Any]]
        ).first { "\($0["owner_module"] ?? "")" == module }
        let index = try #require(found?["index"], "\(inputs)")
        try await server.ask("set-sink-input-volume", "\(index)", "\(volume)%")
    }

    @Test(
        "a microphone that hears the loudspeaker by a clock of its own: the companion neither answers nor interrupts itself",
        arguments: ["livekit", "speexdsp"])
    func loudRoom(canceller: String) async throws {
        let talk = try await SpokenConversation.begin(settings: ["COMPANION_ECHO_CANCELLER": canceller])
        try await hearLoudspeaker(talk.server, volume: 100)
        // What comes back of an answer is looked at after its end.
        for (number, words) in ["My sister lives in London.", "What do you know about me?", "Where does my sister live now?"]
            .enumerated()
        {
            try await talk.say(words)
            try await talk.until { SpokenConversation.answers($0) > number && SpokenConversation.isResting($0) }
        }
        let log = try talk.turns
        let ended = await talk.end()
        #expect(ended.status == 130, "\(ended.errors)")
        // An adaptive filter does not keep up with a clock that drifts; of its first second words get through now and then.
        withKnownIssue("speexdsp leaves too much of an echo that is adrift", isIntermittent: true) {
            #expect(SpokenConversation.cuts(log) == 0, "\(ended.output)")
            #expect(ended.output.split(separator: "\n").count { $0.hasPrefix("you") } == 3, "\(ended.output)")
            #expect(lastAnswer(ended).contains("London"), "\(ended.output)")
        } when: {
            canceller == "speexdsp"
        }
    }

    @Test(
        "where the microphone hears the loudspeaker, who speaks over the companion is heard and answered",
        arguments: LoudRoom.allCases)
    func loudInterruption(room: LoudRoom) async throws {
        let talk = try await SpokenConversation.begin(
            microphone: room == .speexdspAdrift ? "mic" : "loop", settings: ["COMPANION_ECHO_CANCELLER": room.canceller])
        if room == .speexdspAdrift { try await hearLoudspeaker(talk.server, volume: 63) }
        let question = "Where does my sister live now?"
        for words in ["My sister lives in London.", "I work as a teacher.", question] { try await talk.turn(words) }
        let before = try talk.turns.entries.count
        try await talk.say("What do you know about me?")
        try await talk.until { SpokenConversation.isWellHeard($0, after: before) }
        try await talk.turn(question)
        let log = try talk.turns
        let ended = await talk.end()
        #expect(SpokenConversation.cuts(log) == 1, "\(ended.output)")
        #expect(ended.output.contains("(interrupted; heard: "), "\(ended.output)")
        // A recogniser may mistake the word over which a canceller found out that two speak.
        let lines = ended.output.split(separator: "\n").filter { $0.hasPrefix("you") || $0.hasPrefix("companion") }
        #expect(lines.last { $0.hasPrefix("you") }?.contains("sister") == true, "\(ended.output)")
        #expect(lines.last?.hasPrefix("companion") == true, "\(ended.output)")
    }
}
