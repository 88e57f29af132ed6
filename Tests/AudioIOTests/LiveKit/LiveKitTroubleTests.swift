import Foundation
import LocalStore
import Synchronization
import TestSupport
import Testing

@testable import AudioIO

@Suite(.serialized, .timeLimit(.minutes(4))) struct LiveKitTroubleTests {
    private let item = PlaybackItemID(generation: 0, number: 0)

    private func isBack(_ event: RoomEvent) -> Bool {
        switch event {
        case .joined, .reconnected: true
        default: false
        }
    }

    @Test("a server that is killed and comes back is joined again, and sound and words flow both ways as before")
    func killed() async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        try await visit.room.setAttributes(["lk.agent.state": "listening"])
        await visit.room.register("echo") { $0.payload }
        let voice = await visit.room.voice(of: "mira")
        let capture = try await AudioCapture(of: voice)
        let frames = capture.subscribe()
        let sink = try await PlaybackSink(into: track)
        let before = visit.events.count
        await server.kill()
        try await visit.wait(from: before) { $0 == .reconnecting }
        #expect(await !visit.room.isConnected)
        try await server.restart()
        try await visit.wait(from: before, for: isBack)

        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira"))
        try await mira.wait(for: "track", ["identity": "companion"])
        try await sink.enqueue(Signal.tone(440, rate: sink.rate, seconds: 15, amplitude: 8000), to: item)
        try await mira.hears(440, from: "companion")
        try await mira.tone(hertz: 660, seconds: 60, waits: false)
        #expect(await RoomSound.hears(660, frames))
        #expect(try await mira.call("echo", of: "companion", payload: "hi")["answer"]?.stringValue == "hi")
        let other = try #require(try await server.participants().first { $0["identity"]?.stringValue == "companion" })
        #expect(other["attributes"]?.objectValue?["lk.agent.state"]?.stringValue == "listening")
        #expect(track.sid != nil)
        try await sink.close()
        try await capture.close()
        await visit.leave()
    }

    @Test("a server that is away for longer than the library tries is joined anew, with a new token")
    func away() async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        let sink = try await PlaybackSink(into: track)
        await visit.room.register("echo") { $0.payload }
        let before = visit.events.count
        await server.kill()
        try await visit.wait(from: before) { if case .disconnected(_, willRejoin: true) = $0 { true } else { false } }
        #expect(track.sid == nil)
        try await server.restart()
        try await visit.wait(from: before) { if case .joined = $0 { true } else { false } }
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira"))
        try await sink.enqueue(Signal.tone(440, rate: sink.rate, seconds: 15, amplitude: 8000), to: item)
        try await mira.hears(440, from: "companion")
        #expect(try await mira.call("echo", of: "companion", payload: "hi")["answer"]?.stringValue == "hi")
        #expect(visit.room.counts.joins == 2)
        #expect(visit.tokensAsked >= 2)
        try await sink.close()
        await visit.leave()
    }

    @Test("a connection that is lost after its token has ended is made anew with another one, soon after the server is back")
    func outlived() async throws {
        let server = try await RoomServer()
        let beginning = Date.now
        let lifetimes = Mutex([4])
        let visit = try RoomVisit.make(server) {
            try await server.token("companion", lifetime: lifetimes.withLock { $0.popLast() } ?? 3600)
        }
        visit.run()
        try await visit.wait { if case .joined = $0 { true } else { false } }
        while Date.now < beginning + 5 { try await Task.sleep(for: .milliseconds(50)) }
        let before = visit.events.count
        await server.kill()
        try await visit.wait(from: before) { if case .disconnected(.unknown, willRejoin: true) = $0 { true } else { false } }
        try await server.restart()
        let back = Date.now
        try await visit.wait(from: before) { if case .joined = $0 { true } else { false } }
        #expect(Date.now.timeIntervalSince(back) < 5)
        #expect(visit.tokensAsked >= 2)
        await visit.leave()
    }

    @Test("a server that freezes is noticed, and left and joined again when it runs on")
    func frozen() async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let before = visit.events.count
        server.freeze()
        try await visit.wait(from: before) { $0 == .reconnecting }
        server.thaw()
        try await visit.wait(from: before, for: isBack)
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira"))
        try await visit.room.send(Array("still here".utf8), topic: "test")
        try await mira.wait(for: "data", ["text": "still here"])
        await visit.leave()
    }

    @Test("somebody with the same identity, being put out and a deleted room end the stay for good", arguments: 0..<3)
    func ended(way: Int) async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let end: RoomEnd
        var other: RoomPerson?
        switch way {
        case 0:
            let same = try await RoomPerson()
            try await same.join(server, token: try await server.token("companion"))
            (other, end) = (same, .duplicateIdentity)
        case 1:
            try await server.remove("companion")
            end = .removed
        default:
            try await server.delete()
            end = .roomDeleted
        }
        let error = await visit.ended()
        #expect(error?.code == .ended(end))
        #expect(visit.events.last == .disconnected(end, willRejoin: false))
        #expect(visit.tokensAsked == 1)
        #expect(await !visit.room.isConnected)
        try await other?.leave()
    }

    @Test("a token that the server refuses is asked for once more, and then it is over")
    func refused() async throws {
        let server = try await RoomServer()
        let visit = try RoomVisit.make(server) { try await server.token("companion", lifetime: -3600) }
        visit.run()
        let error = await visit.ended()
        #expect(error?.code == .unauthorized)
        #expect(visit.tokensAsked == 2)
        #expect(try await server.joins().isEmpty)
    }

    @Test("what is no token is not sent, and a server that is not there is said to be so")
    func unreachable() async throws {
        let server = try await RoomServer()
        let malformed = try RoomVisit.make(server) { "no token\r\n" }
        let error = await #expect(throws: LiveKitError.self) { try await malformed.room.connect() }
        #expect(error?.code == .noToken)
        let token = try await server.token("companion")
        await server.kill()
        let visit = try RoomVisit.make(server) { token }
        let absent = await #expect(throws: LiveKitError.self) { try await visit.room.connect() }
        #expect(absent?.code == .unreachable)
        // Run, it goes on trying until the server is there.
        visit.run()
        try await server.restart()
        try await visit.wait { if case .joined = $0 { true } else { false } }
        #expect(await visit.leave() == nil)
    }

    @Test("a loudspeaker into a room that is over, or of a voice that was taken back, is closed", arguments: 0..<4)
    func closed(way: Int) async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        let sink = try await PlaybackSink(into: track)
        // More than has room, so that whoever gives it waits.
        let speaking = Task { try await sink.enqueue(Signal.tone(440, rate: sink.rate, seconds: 60), to: item) }
        switch way {
        case 0: await visit.leave()
        case 1:
            try await server.remove("companion")
            #expect(await visit.ended()?.code == .ended(.removed))
        case 2:
            // Also while it is waited for.
            await server.kill()
            while sink.failure == nil, track.sid != nil { await Task.yield() }
            await visit.leave()
        default: try await visit.room.unpublish(track)
        }
        await #expect(throws: AudioError.self) { try await speaking.value }
        for await _ in sink.events {}
        #expect(sink.failure?.code == .closed)
        try await sink.close()
        if way == 3 { await visit.leave() }
    }

    @Test("everything of the library's is given back when the room is left")
    func handles() async throws {
        let server = try await RoomServer()
        let library = try RoomVisit.library()
        let baseline = library.liveHandles
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira"))
        for _ in 0..<2 {
            let visit = try await RoomVisit.enter(server)
            let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
            let capture = try await AudioCapture(of: await visit.room.voice(of: "mira"))
            let sink = try await PlaybackSink(into: track)
            for await frame in capture.subscribe() where frame.position > 8000 { break }
            try await mira.type("hello", topic: "test")
            try await visit.wait { if case .text = $0 { true } else { false } }
            try await visit.room.sendText("hello", RoomStreamOptions(topic: "test"))
            let writer = try await visit.room.openText(RoomStreamOptions(topic: "test"))
            try await writer.close()
            #expect(library.liveHandles > baseline)
            try await sink.close()
            try await capture.close()
            await visit.leave()
        }
        // Tracks go with the last who holds them, which may be a sound thread that is just ending.
        while library.liveHandles > baseline { await Task.yield() }
        #expect(library.liveHandles == baseline)
        #expect(try await server.wait(forParticipants: 1) == ["mira"])
    }

    @Test("a stay whose task is cancelled is left, like one that is ended")
    func cancelled() async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        _ = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        visit.cancel()
        #expect(await visit.ended() == nil)
        #expect(await !visit.room.isConnected)
        #expect(try await server.wait(forParticipants: 0).isEmpty)
    }
}
