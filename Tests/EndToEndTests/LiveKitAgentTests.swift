import CompanionServices
import Foundation
import LocalStore
import TestSupport
import Testing

/// The companion in a room, with a person who uses LiveKit's own library.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LiveKitAgentTests {
    private static let states: Set = ["listening", "thinking", "speaking"]

    /// The state words as they came over the data channel.
    private func words(_ events: [RoomPerson.Event]) -> [String] {
        events.filter { $0.name == "data" && $0.text("identity") == RoomConversation.agent }.map { $0.text("text") }
    }

    @Test("ten turns in a room: greeted by name, interrupted once, typed once; at home it is known what was told there")
    func tenTurns() async throws {
        let home = try Home()
        let added = try await home.command("users", "add", "Amina")
        #expect(added.status == 0, "\(added.errors)")
        let listed = try await home.command("users", "list", "--json")
        let id = try #require(listed.output.firstMatch(of: /[0-9a-f]{8}-[0-9a-f-]{27}/)?.output, "\(listed.output)")
        #expect(try await home.command("chat", "--user", "Amina", "My name is Amina.").status == 0)

        let talk = try await RoomConversation.begin(at: home)
        let person = talk.person
        try await talk.answered { try await talk.join(as: "user-\(id)", name: "Amina") }
        #expect(talk.answers.first?.contains("Amina") == true, "\(talk.program.outputSoFar)")
        let greeting = try await person.wait(for: "text", ["identity": RoomConversation.agent])
        #expect(greeting.first?.text("text").contains("Amina") == true)
        let speaks = try await person.wait(for: "speaks", ["identity": RoomConversation.agent])
        let joined = try await person.wait(for: "joined")
        #expect(speaks[0].time - joined[0].time < 4000, "the greeting began \(speaks[0].time - joined[0].time) ms after joining")

        try await talk.turn("My sister lives in London.")
        try await talk.turn("I work as a teacher.")
        try await talk.turn("My favourite colour is green.")
        try await talk.turn("What is two plus two?")

        // An answer is interrupted by the next question. One that ends too early is asked for again.
        for _ in 0..<3 where SpokenConversation.cuts(try talk.turns) == 0 {
            let (finished, heard) = (SpokenConversation.finished(try talk.turns), try talk.turns.entries.count)
            try await talk.say("What do you know about me?")
            try await talk.until {
                SpokenConversation.isWellHeard($0, after: heard) || SpokenConversation.finished($0) > finished
            }
            try await talk.turn("What day is it today?")
        }

        // Something is typed, and answered aloud.
        let before = talk.answers.count
        try await talk.answered { try await person.type("What is my favourite colour?") }
        #expect(talk.answers.dropFirst(before).contains { $0.contains("green") }, "\(talk.program.outputSoFar)")

        try await talk.turn("Where does my sister live now?")
        try await talk.turn("What is my job?")
        try await talk.turn("Good night.")
        #expect(talk.answers.contains { $0.contains("London") }, "\(talk.program.outputSoFar)")

        // The words of the last answer end a little after its sound.
        try await person.wait(for: "text", ["identity": RoomConversation.agent, "topic": "lk.transcription"], count: 11)
        let events = try await person.events()
        try await person.leave()
        let end = await talk.program.ended()
        #expect(end.status == 0 && end.errors.contains("The person has left."), "\(end.errors)")
        let log = try talk.turns
        #expect(SpokenConversation.cuts(log) == 1)
        #expect(log.replay().isEmpty)
        try judge(events, person: "user-\(id)", interrupted: end.output)

        // At home, in writing and by voice.
        let history = try await home.command("history", "list", "--json")
        #expect(history.output.contains(/"channel" ?: ?"room"/), "\(history.output)")
        let written = try await home.command("chat", "Where does my sister live now?")
        #expect(written.output.contains("London"), "\(written.output)")
        let spoken = try await SpokenConversation.begin(at: home)
        try await spoken.turn("What is my favourite colour?")
        let heardAtHome = await spoken.end()
        #expect(heardAtHome.output.contains("green"), "\(heardAtHome.output)\(heardAtHome.errors)")
    }

    /// What the person's program was told of the conversation.
    private func judge(_ events: [RoomPerson.Event], person: String, interrupted output: String) throws {
        // The cloud companion's contract: bare words, without a topic, reliable, none twice after each other.
        let words = words(events)
        #expect(Set(words) == Self.states && words.count > 20, "\(words)")
        #expect(zip(words, words.dropFirst()).allSatisfy { $0 != $1 }, "\(words)")
        let data = events.filter { $0.name == "data" }
        #expect(data.allSatisfy { $0.text("topic").isEmpty && $0.fields["reliable"] == .bool(true) })

        // LiveKit's: attributes, and one track of a microphone.
        let shown = events.filter { $0.name == "attributes" }
            .compactMap { $0.fields["changed"]?.objectValue?["lk.agent.state"]?.stringValue }
        #expect(Set(shown) == Self.states, "\(shown)")
        let track = try #require(events.first { $0.name == "track" && $0.text("identity") == RoomConversation.agent })
        #expect(track.fields["source"] == .int(2))

        let texts = events.filter { $0.name == "text" && $0.text("topic") == "lk.transcription" }
        let own = texts.filter { $0.text("identity") == RoomConversation.agent }
        #expect(own.count >= 11)
        #expect(own.allSatisfy { $0.attribute("lk.transcription_final") == "true" })
        #expect(own.allSatisfy { $0.attribute("lk.segment_id")?.hasPrefix("SG_") == true })
        #expect(own.allSatisfy { $0.attribute("lk.transcribed_track_id") == track.text("sid") })
        #expect(Set(own.compactMap { $0.attribute("lk.segment_id") }).count == own.count, "one stream a segment")
        let begun = events.filter { $0.name == "text-begins" && $0.text("identity") == RoomConversation.agent }
        #expect(begun.allSatisfy { $0.attribute("lk.transcription_final") == "false" })
        // What was interrupted ends where it was.
        let cut = try #require(output.split(separator: "\n").first { $0.contains("(interrupted; heard: ") }, "\(output)")
        let heard = cut.components(separatedBy: "heard: ").last?.dropLast() ?? ""
        #expect(own.contains { $0.text("text") == heard }, "\(heard)")

        let said = texts.filter { $0.text("identity") == person }
        let whole = said.filter { $0.attribute("lk.transcription_final") == "true" }.map { $0.text("text").lowercased() }
        #expect(whole.contains { $0.contains("london") } && whole.contains { $0.contains("teacher") }, "\(whole)")
        #expect(said.allSatisfy { $0.attribute("lk.transcribed_track_id")?.hasPrefix("TR_") == true })
    }

    @Test("somebody whose identity says nothing is a guest: talked with, and forgotten; a second person is not listened to")
    func guest() async throws {
        let talk = try await RoomConversation.begin()
        try await talk.answered { try await talk.join(as: "visitor", name: "\u{1B}[31mEve\nroot") }
        #expect(talk.program.errorsSoFar.contains("a guest") && !talk.program.errorsSoFar.contains("\u{1B}"))
        let other = try await RoomPerson()
        try await other.join(talk.server, token: try await talk.server.token("user-\(UserID.random())"))
        try await talk.answered {
            try await other.type("My favourite colour is blue.")
            try await talk.person.type("My name is Zoya.")
        }
        try await talk.answered { try await talk.person.type("What is my name?") }
        #expect(talk.answers.last?.contains("Zoya") == true, "\(talk.program.outputSoFar)")
        #expect(!talk.program.outputSoFar.contains("blue"))
        try await talk.person.leave()
        let end = await talk.program.ended()
        #expect(end.status == 0, "\(end.errors)")
        let people = try await talk.home.command("users", "list", "--json")
        #expect(!people.output.contains("Zoya") && !people.output.contains("visitor"), "\(people.output)")
    }

    @Test("of three people and a program in the room the first person is talked with, all hear it, and it leaves with that one")
    func crowd() async throws {
        let talk = try await RoomConversation.begin()
        let program = try await RoomPerson()
        try await program.join(talk.server, token: try await talk.server.token("recorder", isAgent: true))
        let (person, others) = ("user-\(UserID.random())", [try await RoomPerson(), try await RoomPerson()])
        try await talk.answered { try await talk.join(as: person, name: "Amina") }
        for (number, other) in others.enumerated() {
            try await other.join(talk.server, token: try await talk.server.token("visitor-\(number)"))
            try await other.wait(for: "track", ["identity": RoomConversation.agent])
        }
        try await talk.answered {
            try await others[0].type("My name is Zoya.")
            try await talk.person.type("What is seven plus five?")
        }
        for ear in [talk.person, others[0], others[1], program] {
            try await ear.wait(for: "speaks", ["identity": RoomConversation.agent])
            try await ear.wait(for: "text", ["topic": "lk.transcription", "identity": RoomConversation.agent, "text": "12"])
        }
        #expect(!talk.program.outputSoFar.contains("Zoya"))
        // Somebody else may go.
        try await others[1].leave()
        try await talk.answered { try await talk.person.type("What is two plus two?") }
        try await talk.person.leave()
        let end = await talk.program.ended()
        #expect(end.status == 0 && end.errors.contains("The person has left."), "\(end.errors)")
        try await others[0].wait(for: "left", ["identity": RoomConversation.agent])
    }

    @Test("who comes late is waited for, who does not come is not; SIGTERM ends it with what was said remembered")
    func leaving() async throws {
        let home = try Home()
        let server = try await RoomServer()
        let alone = try await home.start(
            "agent", "--wait", "1", environment: try RoomConversation.environment(server)
        ).ended()
        #expect(alone.status == 75 && alone.errors.contains("Nobody came within 1 second"), "\(alone.errors)")
        try await server.wait(forParticipants: 0)

        let id = UserID.random()
        let talk = try await RoomConversation.begin(at: home, in: server)
        try await talk.answered { try await talk.join(as: "user-\(id)") }
        try await talk.answered { try await talk.person.type("My brother is called Bilal.") }
        talk.program.send(signal: SIGTERM)
        #expect(await talk.program.ended().status == 143)
        try await talk.person.wait(for: "left", ["identity": RoomConversation.agent])
        let asked = try await home.command("chat", "--user", "\(id)", "What is my brother called?")
        #expect(asked.output.contains("Bilal"), "\(asked.output)\(asked.errors)")
    }

    @Test("a server that dies and comes back ends no conversation; who is put out of the room leaves, and says why")
    func server() async throws {
        let talk = try await RoomConversation.begin()
        let person = "user-\(UserID.random())"
        try await talk.answered { try await talk.join(as: person) }
        try await talk.answered { try await talk.person.type("My brother is called Bilal.") }
        await talk.server.kill()
        try await talk.person.wait(for: "reconnecting")
        try await talk.server.restart()
        try await talk.person.wait(for: "reconnected")
        try await talk.server.wait(forParticipants: 2)
        let back = try await talk.person.wait(for: "track", ["identity": RoomConversation.agent], count: 2)
        try await talk.answered { try await talk.person.type("What is my brother called?") }
        #expect(talk.answers.last?.contains("Bilal") == true, "\(talk.program.outputSoFar)\(talk.program.errorsSoFar)")
        try await talk.person.wait(for: "speaks", ["identity": RoomConversation.agent], after: back[1].number)
        try await talk.turn("What is my brother called?")

        try await talk.server.remove(RoomConversation.agent)
        let end = await talk.program.ended()
        #expect(end.status == 75 && end.errors.contains("removed"), "\(end.errors)")
        let asked = try await talk.home.command("chat", "--user", person, "What is my brother called?")
        #expect(asked.output.contains("Bilal"), "\(asked.output)\(asked.errors)")
    }

    @Test("the voice is sent as the settings say, and a setting that is none is refused")
    func voiceSettings() async throws {
        let (home, server) = (try Home(), try await RoomServer())
        var settings = try RoomConversation.environment(server)
        settings["COMPANION_ROOM_BITRATE"] = "100"
        let refused = try await home.start("agent", environment: settings).ended()
        #expect(refused.status == 78 && refused.errors.contains("COMPANION_ROOM_BITRATE"), "\(refused.errors)")

        for isOn in [true, false] {
            settings.merge(
                [
                    "COMPANION_ROOM_BITRATE": "12000", "COMPANION_ROOM_DTX": "\(isOn)", "COMPANION_ROOM_RED": "\(isOn)",
                ]
            ) { $1 }
            let program = try home.start("agent", "--wait", "120", environment: settings)
            #expect(await program.errors(contain: "waiting for somebody"))
            let track = try #require(try await server.published(by: RoomConversation.agent).first)
            #expect((track.asked["disableDtx"] == .bool(true)) == !isOn, "\(track.asked)")
            #expect((track.asked["disableRed"] == .bool(true)) == !isOn, "\(track.asked)")
            program.send(signal: SIGTERM)
            #expect(await program.ended().status == 143)
        }
    }

    @Test("what is wrong with a token, an address or the library is said in plain words, before anything is tried")
    func refusals() async throws {
        let (home, server) = (try Home(), try await RoomServer())
        func attempt(_ arguments: String..., settings: [String: String]? = nil) async throws -> ChildProcess.Ended {
            try await home.start(["agent"] + arguments, environment: try RoomConversation.environment(server, settings)).ended()
        }
        let nothing = try await attempt(settings: [:])
        #expect(nothing.status == 64 && nothing.errors.contains("LIVEKIT_TOKEN_URL"), "\(nothing.errors)")
        let address = try await attempt("--url", "example.org")
        #expect(address.status == 64 && address.errors.contains("wss://host"), "\(address.errors)")
        let plain = try await attempt("--url", "ws://example.org")
        #expect(plain.status == 64 && plain.errors.contains("COMPANION_ALLOW_PLAIN_HTTP"), "\(plain.errors)")
        let garbled = try await attempt("--token", "hello")
        #expect(garbled.status == 65 && garbled.errors.contains("no JSON web token"), "\(garbled.errors)")
        let over = try await attempt("--token", try await server.token("agent", lifetime: -5))
        #expect(over.status == 65 && over.errors.contains("ended on"), "\(over.errors)")
        let mute = try await attempt("--token", try await server.token("agent", grants: ["canPublish": false]))
        #expect(mute.status == 65 && mute.errors.contains("'canPublish'"), "\(mute.errors)")

        var settings = try RoomConversation.environment(server)
        settings["LIVEKIT_API_SECRET"] = "another-secret-than-the-one-of-the-server"
        let refused = try await attempt(settings: settings)
        #expect(refused.status == 77, "\(refused.errors)")
        settings["LIVEKIT_URL"] = RoomServer.nowhere
        let unreachable = try await attempt(settings: settings)
        #expect(unreachable.status == 75, "\(unreachable.errors)")
    }
}
