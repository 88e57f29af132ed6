import CompanionServices
import Foundation
import LocalStore
import TestSupport
import Testing

/// What other LiveKit programs may send to the companion in a room, beside sound.
@Suite(.serialized, .timeLimit(.minutes(6))) struct LiveKitMessageTests {
    private static let states: Set = ["listening", "thinking", "speaking"]

    @Test("a remote control: everybody may ask for the state, only the person who is talked with may change or read something")
    func remoteControl() async throws {
        let talk = try await RoomConversation.begin()
        let person = "user-\(UserID.random())"
        let other = try await RoomPerson()
        func call(_ method: String, _ payload: String = "", by caller: RoomPerson? = nil) async throws -> [String: JSONValue] {
            try await (caller ?? talk.person).call(method, of: RoomConversation.agent, payload: payload)
        }
        func answer(_ reply: [String: JSONValue]) throws -> [String: JSONValue] {
            let text = try #require(reply["answer"]?.stringValue, "\(reply)")
            return try #require(try JSONValue(parsing: text).objectValue)
        }
        try await talk.answered { try await talk.join(as: person) }
        try await other.join(talk.server, token: try await talk.server.token("visitor"))
        let state = try answer(try await call("get_state", by: other))
        #expect(state["volume"] == .int(100) && state["muted"] == .bool(false), "\(state)")
        #expect(Self.states.contains(state["state"]?.stringValue ?? ""), "\(state)")
        for method in ["set_volume", "mute", "list_reminders", "cancel_reminder"] {
            let refused = try await call(method, "{}", by: other)
            #expect(refused["code"] == .int(403), "\(refused)")
            #expect(refused["error"]?.stringValue?.contains("Only the person") == true, "\(refused)")
        }
        for (method, payload) in [
            ("set_volume", "loud"), ("set_volume", #"{"volume": 101}"#), ("set_volume", #"{"volume": "60"}"#), ("mute", "{}"),
            ("cancel_reminder", "[]"),
        ] {
            let refused = try await call(method, payload)
            #expect(refused["code"] == .int(400), "\(refused)")
            #expect(refused["error"]?.stringValue?.contains("cannot be read") == true, "\(refused)")
        }

        // Silent, the companion is not heard, and it is again at another volume.
        #expect(try answer(try await call("set_volume", #"{"volume": 0}"#))["volume"] == .int(0))
        var before = try await talk.person.events().count
        try await talk.answered { try await talk.person.type("What is seven plus five?") }
        #expect(try await !talk.person.events().dropFirst(before).contains { $0.name == "speaks" })
        #expect(try answer(try await call("set_volume", #"{"volume": 80}"#))["volume"] == .int(80))
        before = try await talk.person.events().count
        try await talk.answered { try await talk.person.type("What is two plus five?") }
        try await talk.person.wait(for: "speaks", ["identity": RoomConversation.agent], after: before)

        // Muted, the companion hears nothing.
        #expect(try answer(try await call("mute", #"{"muted": true}"#))["muted"] == .bool(true))
        let heard = try talk.turns.entries.count
        try await talk.say("What is two plus two?")
        #expect(
            try !talk.turns.entries.dropFirst(heard).contains { if case .voiceStarted = $0.event { true } else { false } })
        #expect(try answer(try await call("mute", #"{"muted": false}"#))["muted"] == .bool(false))
        try await talk.turn("What is two plus two?")

        // Reminders are told and cancelled, here and at home.
        try await talk.answered { try await talk.person.type("Remind me to call my sister tomorrow at six in the evening.") }
        let list = try answer(try await call("list_reminders"))
        let reminder = try #require(list["reminders"]?.arrayValue?.first?.objectValue, "\(list)")
        #expect(reminder["text"]?.stringValue?.contains("sister") == true && list["more"] == .int(0), "\(list)")
        let id = try #require(reminder["id"]?.stringValue)
        let cancelled = try answer(try await call("cancel_reminder", #"{"id": "\#(id)"}"#))
        #expect(cancelled["state"] == .string("cancelled"), "\(cancelled)")
        #expect(try await call("cancel_reminder", #"{"id": "\#(id)"}"#)["code"] == .int(404))
        #expect(try answer(try await call("list_reminders"))["reminders"] == .array([]))
        try await talk.person.leave()
        #expect(await talk.program.ended().status == 0)
        let atHome = try await talk.home.command("reminders", "list", "--user", person)
        #expect(atHome.output.contains("There are no reminders."), "\(atHome.output)\(atHome.errors)")
    }

    @Test("an old client's typing is answered like a new one's, once, and only the person's")
    func oldTyping() async throws {
        let talk = try await RoomConversation.begin()
        try await talk.answered { try await talk.join(as: "user-\(UserID.random())") }
        let other = try await RoomPerson()
        try await other.join(talk.server, token: try await talk.server.token("visitor"))
        try await other.send(#"{"id": "1", "message": "My favourite colour is blue."}"#, topic: "lk-chat-topic")
        try await talk.person.send("no message", topic: "lk-chat-topic")
        try await talk.person.send(#"{"message": "My name is Bilal.", "ignoreLegacy": true}"#, topic: "lk-chat-topic")
        let before = talk.answers.count
        try await talk.answered {
            try await talk.person.send(#"{"id": "2", "message": "My name is Zoya."}"#, topic: "lk-chat-topic")
        }
        try await talk.answered { try await talk.person.type("What is my name?") }
        #expect(talk.answers.last?.contains("Zoya") == true && talk.answers.count == before + 2, "\(talk.program.outputSoFar)")
        #expect(!talk.program.outputSoFar.contains("blue"))
        try await talk.person.leave()
        #expect(await talk.program.ended().status == 0)
    }

    @Test("what was said while connecting is heard first, and answered", arguments: [RoomPerson.EarlyForm.ogg, .webm, .pcm])
    func earlySound(form: RoomPerson.EarlyForm) async throws {
        let talk = try await RoomConversation.begin()
        let words = try await SpokenConversation.sound(
            of: "My sister lives in London.", by: SpokenConversation.voices.person, at: talk.home)
        let token = try await talk.server.token("user-\(UserID.random())")
        try await talk.answered {
            try await talk.person.join(talk.server, token: token, isPreceded: true)
            try await talk.person.sendEarly(words, as: form)
        }
        #expect(talk.program.errorsSoFar.contains("heard what was said while connecting"), "\(talk.program.errorsSoFar)")
        // It was answered, and not greeted.
        let shown = talk.program.outputSoFar
        #expect(shown.firstRange(of: "London").map { !shown[..<$0.lowerBound].contains("companion ") } == true, "\(shown)")
        #expect(!shown.contains("Hello!"), "\(shown)")
        // The conversation goes on with the live sound.
        try await talk.turn("What day is it today?")
        try await talk.person.leave()
        #expect(await talk.program.ended().status == 0)
    }

    @Test("early sound that is none, of somebody else or of another track is ignored with a word, and the conversation goes on")
    func wrongEarlySound() async throws {
        let talk = try await RoomConversation.begin()
        let other = try await RoomPerson()
        let noise = [Int16](repeating: 1000, count: 4800)
        try await talk.answered {
            try await talk.person.join(
                talk.server, token: try await talk.server.token("user-\(UserID.random())"), isPreceded: true)
            try await talk.person.sendEarly(noise, as: .raw)
            try await talk.person.sendEarly(noise, as: .pcm, track: "TR_other")
            try await talk.person.sendEarly(noise, as: .pcm, attributes: ["sampleRate": "loud"])
        }
        for why in ["no Ogg Opus", "unknown track", "sampleRate"] {
            #expect(await talk.program.errors(contain: why), "\(talk.program.errorsSoFar)")
        }
        try await other.join(talk.server, token: try await talk.server.token("visitor"))
        try await other.sendEarly(noise, as: .pcm)
        #expect(await talk.program.errors(contain: "too late"), "\(talk.program.errorsSoFar)")
        try await talk.answered { try await talk.person.type("What is seven plus five?") }
        try await talk.person.leave()
        #expect(await talk.program.ended().status == 0)
    }
}
