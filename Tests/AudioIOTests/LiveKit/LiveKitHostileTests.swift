import Foundation
import TestSupport
import Testing

@testable import AudioIO

/// Others in the room who mean no good: what they call themselves and what they send.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveKitHostileTests {
    /// Orders to a terminal, marks that turn the direction, what ends a text in other languages, and a letter that is none.
    private static let nasty = "\u{1B}[31m\u{202E}evil\u{2066}\u{0}\r\n\u{7}\u{FEFF}\u{FFFF}🏴‍☠️"

    @Test("names, identities, attributes and metadata may be anything, 64 KB of it, and are known as they are")
    func names() async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let identity = Self.nasty + String(repeating: "i", count: 1000)
        let eve = try await RoomPerson()
        let token = try await server.token(
            identity, name: Self.nasty, grants: ["canUpdateOwnMetadata": true], attributes: [Self.nasty: Self.nasty])
        try await eve.join(server, token: token)
        try await visit.wait { if case .participantConnected(let who) = $0 { who.identity == identity } else { false } }
        let first = try #require(await visit.room.participants.first)
        #expect(first.name == Self.nasty && first.attributes == [Self.nasty: Self.nasty])

        let long = String(repeating: Self.nasty, count: (64 << 10) / Self.nasty.utf8.count)
        var second = first
        while second.name != long || second.metadata != long {
            // The library says the old name again with the metadata where it has not heard of the new one yet.
            try await eve.present(name: long, metadata: long)
            second = try #require(await visit.room.participants.first)
        }
        try await eve.setAttributes([Self.nasty: String(repeating: "a", count: 60_000), "b": ""])
        try await visit.wait { if case .attributesChanged(identity, let changed) = $0 { changed.count == 1 } else { false } }
        #expect(await visit.room.participants.first?.attributes[Self.nasty]?.count == 60_000)

        // Heard under that identity like anybody.
        let capture = try await AudioCapture(of: await visit.room.voice(of: identity))
        try await eve.tone(hertz: 660, seconds: 60, waits: false)
        #expect(await RoomSound.hears(660, capture.subscribe()))
        try await visit.room.sendText("hello", RoomStreamOptions(topic: "test", to: [identity]))
        try await eve.wait(for: "text", ["text": "hello"])
        try await capture.close()
        try await eve.leave()
        try await visit.wait { $0 == .participantDisconnected(identity: identity) }
        #expect(await visit.leave() == nil)
    }

    @Test("data that is too long is dropped and counted, what is empty or odd is taken, and the room goes on")
    func data() async throws {
        let server = try await RoomServer()
        let eve = try await RoomPerson()
        try await eve.join(server, token: try await server.token("eve"))
        let visit = try await RoomVisit.enter(server)
        try await visit.room.send([], topic: "here")
        try await eve.wait(for: "data", ["topic": "here"])
        try await eve.send(String(repeating: "x", count: 20_000), topic: "test")
        try await eve.send("", topic: Self.nasty)
        try await eve.send(Self.nasty, topic: String(repeating: "t", count: 2000), isReliable: false)
        try await eve.type("", topic: "test", attributes: [Self.nasty: Self.nasty])
        try await eve.send(file: Data(), name: "../../etc/passwd\u{0}", topic: "test")
        try await eve.send("last", topic: "test")
        try await visit.wait {
            if case .bytes(let bytes) = $0 { bytes.bytes.isEmpty && bytes.name.hasPrefix("../..") } else { false }
        }
        try await visit.wait { if case .text(let text) = $0 { text.attributes == [Self.nasty: Self.nasty] } else { false } }
        try await visit.wait { if case .data(let data) = $0 { data.bytes == Array("last".utf8) } else { false } }
        let topics = visit.events.compactMap { if case .data(let data) = $0 { data.topic } else { nil } }
        #expect(topics.filter { !$0.hasPrefix("t") } == [Self.nasty])
        #expect(visit.room.counts.dataDropped == 1)
        #expect(await visit.leave() == nil)
    }
}
