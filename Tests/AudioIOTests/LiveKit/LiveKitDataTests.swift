import Foundation
import LocalStore
import TestSupport
import Testing

@testable import AudioIO

@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveKitDataTests {
    /// The person is in the room, then we are, with `limits`.
    private func meet(limits: RoomLimits = RoomLimits()) async throws -> (RoomServer, RoomPerson, RoomVisit) {
        let server = try await RoomServer()
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira", grants: ["canUpdateOwnMetadata": true]))
        let visit = try await RoomVisit.enter(server, limits: limits)
        // What is sent to somebody whose way for data is not open yet is lost; ours is when something came back out of it.
        try await visit.room.send([], topic: "here")
        try await mira.wait(for: "data", ["topic": "here"])
        return (server, mira, visit)
    }

    @Test("data messages go both ways with their topics, and one that is for somebody reaches only them")
    func data() async throws {
        let (server, mira, visit) = try await meet()
        let omar = try await RoomPerson()
        try await omar.join(server, token: try await server.token("omar"))
        try await visit.wait { if case .participantConnected(let who) = $0 { who.identity == "omar" } else { false } }
        try await visit.room.send(Array("for mira".utf8), topic: "test", to: ["mira"])
        try await visit.room.send(Array("for all".utf8), topic: "other")
        let got = try await mira.wait(for: "data", ["identity": "companion", "text": "for"], count: 2)
        #expect(got.map { $0.text("text") } == ["for mira", "for all"])
        #expect(got.map { $0.text("topic") } == ["test", "other"])
        #expect(try await omar.wait(for: "data").map { $0.text("text") } == ["for all"])
        try await mira.send("back", topic: "test")
        try await visit.wait {
            $0 == .data(RoomData(participant: "mira", topic: "test", bytes: Array("back".utf8), isReliable: true))
        }
        let tooLong = await #expect(throws: LiveKitError.self) {
            try await visit.room.send([UInt8](repeating: 0, count: 15_001), topic: "test")
        }
        #expect(tooLong?.code == .tooLarge && tooLong?.message == "A data message carries 15000 bytes, not 15001.")
        let counts = visit.room.counts
        #expect(counts.dataSent == 3 && counts.dataReceived == 1)
        await visit.leave()
    }

    @Test("texts go both ways, whole and growing, with what is said of them at the beginning and at the end")
    func text() async throws {
        let (_, mira, visit) = try await meet()
        let whole = String(repeating: "long text, سلام ", count: 2000)
        var options = RoomStreamOptions(topic: "test", attributes: ["kind": "story"])
        let id = try await visit.room.sendText(whole, options)
        let first = try #require(try await mira.wait(for: "text", ["topic": "test"]).first)
        #expect(first.text("text") == whole && first.attribute("kind") == "story" && first.text("stream") == id)

        options = RoomStreamOptions(topic: "lk.transcription", attributes: ["lk.transcription_final": "false"])
        let writer = try await visit.room.openText(options)
        try await writer.write("Good ")
        try await mira.wait(for: "text-begins", ["topic": "lk.transcription"])
        try await writer.write("evening.")
        try await writer.close(attributes: ["lk.transcription_final": "true"])
        let second = try #require(try await mira.wait(for: "text", ["topic": "lk.transcription"]).first)
        #expect(second.text("text") == "Good evening." && second.attribute("lk.transcription_final") == "true")
        let again = await #expect(throws: LiveKitError.self) { try await writer.close() }
        #expect(again?.code == .invalid)

        // In the name of somebody whom we heard.
        options = RoomStreamOptions(topic: "lk.transcription", sender: "mira")
        try await visit.room.sendText("what mira said", options)
        try await mira.wait(for: "text", ["identity": "mira", "text": "what mira said"])

        try await mira.type("hello, companion", attributes: ["a": "b"])
        let event = try await visit.wait { if case .text = $0 { true } else { false } }
        guard case .text(let got) = event else { return }
        #expect(
            got.participant == "mira" && got.topic == "lk.chat" && got.text == "hello, companion" && got.attributes["a"] == "b")
        await visit.leave()
    }

    @Test("bytes and files go both ways under their names")
    func bytes() async throws {
        let (_, mira, visit) = try await meet()
        let content = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        var options = RoomStreamOptions(topic: "test", attributes: ["a": "b"])
        (options.name, options.mimeType) = ("sound.opus", "audio/opus")
        try await visit.room.sendBytes(content, options)
        let folder = try TemporaryDirectory()
        let file = folder.file("page.html")
        try Data("<p>hello</p>".utf8).write(to: file)
        (options.name, options.mimeType) = ("page.html", "text/html")
        try await visit.room.sendFile(file.path, options)
        let sound = try #require(try await mira.wait(for: "bytes", ["name": "sound.opus"]).first)
        #expect(sound.text("base64") == Data(content).base64EncodedString())
        #expect(sound.text("mime") == "audio/opus" && sound.attribute("a") == "b")
        let page = try #require(try await mira.wait(for: "bytes", ["name": "page.html"]).first)
        #expect(page.text("base64") == Data("<p>hello</p>".utf8).base64EncodedString())

        try await mira.send(file: Data(content), name: "answer.bin", topic: "test", attributes: ["c": "d"])
        let event = try await visit.wait { if case .bytes = $0 { true } else { false } }
        guard case .bytes(let got) = event else { return }
        #expect(got.name == "answer.bin" && got.participant == "mira" && got.bytes == content && got.attributes["c"] == "d")
        await visit.leave()
    }

    @Test("attributes are seen on both sides")
    func attributes() async throws {
        let (_, mira, visit) = try await meet()
        try await visit.room.setAttributes(["lk.agent.state": "listening"])
        try await mira.wait(for: "attributes", ["identity": "companion", "all": "listening"])
        try await mira.setAttributes(["mood": "curious"])
        try await visit.wait {
            if case .attributesChanged("mira", let changed) = $0 { changed == ["mood": "curious"] } else { false }
        }
        #expect(await visit.room.participants.first?.attributes["mood"] == "curious")
        await visit.leave()
    }

    @Test("attributes count as set when the room sees them, also where the server's answer is missed; a refusal is one")
    func attributesWithoutAnswer() async throws {
        let (server, mira, visit) = try await meet()
        try await server.hush(true)
        // The library gives up after five seconds.
        let beginning = ContinuousClock.now
        for state in ["thinking", "speaking", "listening"] {
            try await visit.room.setAttributes(["lk.agent.state": state])
            try await mira.wait(for: "attributes", ["identity": "companion", "changed": state])
        }
        #expect(ContinuousClock.now - beginning < .seconds(5))
        // They are so already: nothing changes, and nobody says so.
        try await visit.room.setAttributes(["lk.agent.state": "listening"])
        await visit.leave()

        let other = try RoomVisit.make(server, as: "other") { try await server.token("other") }
        other.run()
        try await other.wait { if case .joined = $0 { true } else { false } }
        try await server.hush(false)
        let refused = await #expect(throws: LiveKitError.self) { try await other.room.setAttributes(["a": "b"]) }
        #expect(refused?.code == .refused)
        await other.leave()
    }

    @Test("calls go both ways, and their failures too")
    func calls() async throws {
        let (_, mira, visit) = try await meet()
        await visit.room.register("echo") { call in "\(call.caller): \(call.payload)" }
        await visit.room.register("fail") { _ throws(RoomCallFailure) in
            throw RoomCallFailure(code: 7, message: "not today", data: "why")
        }
        #expect(try await mira.call("echo", of: "companion", payload: "hi")["answer"]?.stringValue == "mira: hi")
        let failed = try await mira.call("fail", of: "companion")
        #expect(failed["error"]?.stringValue == "not today" && failed["code"]?.intValue == 7)
        #expect(try await mira.call("unknown", of: "companion")["code"]?.intValue == 1400)
        let refused = await #expect(throws: RoomCallFailure.self) { try await visit.room.call("unknown", "", of: "mira") }
        #expect(refused?.code == 1400)
        try await mira.offer("lamp", answering: "it is on")
        try await mira.offer("door", failing: "it is locked", code: 8)
        #expect(try await visit.room.call("lamp", "switch it on, سلام", of: "mira") == "it is on")
        let called = try #require(try await mira.wait(for: "called", ["method": "lamp"]).first)
        #expect(called.text("payload") == "switch it on, سلام" && called.text("identity") == "companion")
        let locked = await #expect(throws: RoomCallFailure.self) { try await visit.room.call("door", "", of: "mira") }
        #expect(locked?.code == 8 && locked?.message == "it is locked")
        let counts = visit.room.counts
        #expect(counts.callsAnswered == 1 && counts.callsRefused == 1)
        await visit.leave()
    }

    @Test("a text that never ends and one that is too long are given up, and the room goes on")
    func limits() async throws {
        var limits = RoomLimits()
        (limits.textBytes, limits.streamTime, limits.topics) = (1000, .seconds(1), ["test"])
        let (_, mira, visit) = try await meet(limits: limits)
        try await mira.beginToType("and then", topic: "test")
        let event = try await visit.wait { if case .streamFailed("test", "mira", _) = $0 { true } else { false } }
        guard case .streamFailed(_, _, let error) = event else { return }
        #expect(error.code == .timedOut)
        let before = visit.events.count
        try await mira.type(String(repeating: "a", count: 5000), topic: "test")
        try await visit.wait(from: before) { if case .streamFailed("test", "mira", _) = $0 { true } else { false } }
        try await mira.type("not asked for", topic: "lk.chat")
        try await mira.type("short", topic: "test")
        try await visit.wait { if case .text(let text) = $0 { text.text == "short" } else { false } }
        #expect(!visit.events.contains { if case .text(let text) = $0 { text.topic == "lk.chat" } else { false } })
        await visit.leave()
    }
}
