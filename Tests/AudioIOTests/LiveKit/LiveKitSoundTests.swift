import TestSupport
import Testing

@testable import AudioIO

@Suite(.serialized, .timeLimit(.minutes(3))) struct LiveKitSoundTests {
    private let item = PlaybackItemID(generation: 0, number: 0)

    /// Speaks a tone into the room, over and over, until it is closed.
    private func speak(_ hertz: Double, into track: LocalAudioTrack) async throws -> PlaybackSink {
        let sink = try await PlaybackSink(into: track)
        try await sink.enqueue(Signal.tone(hertz, rate: sink.rate, seconds: 15, amplitude: 8000), to: item)
        return sink
    }

    @Test("a tone is heard both ways, at its pitch")
    func bothWays() async throws {
        let server = try await RoomServer()
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira", name: "Mira"))
        let visit = try await RoomVisit.enter(server)
        let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        #expect(track.sid != nil)
        let voice = await visit.room.voice(of: "mira")
        let capture = try await AudioCapture(of: voice)
        let sink = try await speak(440, into: track)
        try await mira.tone(hertz: 660, seconds: 60, waits: false)
        try await mira.hears(440, from: "companion")
        #expect(await RoomSound.hears(660, capture.subscribe()))
        let heard = try await mira.wait(for: "track", ["identity": "companion"]).first
        #expect(heard?.text("name") == "voice")
        let counts = visit.room.counts
        #expect(counts.joins == 1 && counts.framesSent > 50 && counts.framesRefused == 0 && counts.framesHeard > 30)
        try await sink.close()
        try await capture.close()
        #expect(await visit.leave() == nil)
        try await mira.wait(for: "left", ["identity": "companion"])
    }

    @Test("a voice takes the bits that it may have")
    func bitrate() async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        var sizes: [Int] = []
        for bitrate in [8_000, 96_000] {
            var settings = VoiceTrackSettings(name: "voice")
            settings.bitrate = bitrate
            let track = try await visit.room.publish(settings)
            let sink = try await PlaybackSink(into: track)
            try await sink.enqueue(Signal.noise(rate: sink.rate, seconds: 15), to: item)
            var sent: RoomServer.Published?
            while sent?.packets ?? 0 < 100 {
                try await Task.sleep(for: .milliseconds(50))
                sent = try await server.published(by: "companion").last
            }
            sizes.append((sent?.bytes ?? 0) / (sent?.packets ?? 1))
            try await sink.close()
            try await visit.room.unpublish(track)
        }
        // 20 ms in a packet: 20 bytes and 240 of them, as an average.
        #expect(sizes[0] < 40 && sizes[1] > 120, "\(sizes)")
        await visit.leave()
    }

    @Test("who comes later is heard and hears, and goes away as silence")
    func late() async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        let sink = try await speak(440, into: track)
        let voice = await visit.room.voice(of: "mira")
        let capture = try await AudioCapture(of: voice)
        let frames = capture.subscribe()
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira", name: "Mira", attributes: ["room": "kitchen"]))
        try await visit.wait { if case .participantConnected(let who) = $0 { who.name == "Mira" } else { false } }
        #expect(await visit.room.participants.first?.attributes == ["room": "kitchen"])
        try await mira.tone(hertz: 660, seconds: 60, waits: false)
        try await mira.hears(440, from: "companion")
        #expect(await RoomSound.hears(660, frames))
        try await mira.leave()
        try await visit.wait { $0 == .participantDisconnected(identity: "mira") }
        var silent = 0
        for await frame in frames {
            silent = frame.samples.allSatisfy { $0 == 0 } ? silent + 1 : 0
            if silent == 30 { break }
        }
        #expect(silent == 30, "the capture ended with its participant")
        try await sink.close()
        try await capture.close()
        await visit.leave()
    }

    @Test("somebody who mutes, unmutes and takes their track away is followed")
    func muting() async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let voice = await visit.room.voice(of: "mira")
        let capture = try await AudioCapture(of: voice)
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira"))
        try await visit.wait { if case .trackSubscribed(let track) = $0 { track.source == .microphone } else { false } }
        try await mira.mute(true)
        try await visit.wait { if case .trackMuted("mira", _) = $0 { true } else { false } }
        #expect(await visit.room.participants.first?.tracks.first?.isMuted == true)
        try await mira.mute(false)
        try await visit.wait { if case .trackUnmuted("mira", _) = $0 { true } else { false } }
        try await mira.unpublish()
        try await visit.wait { if case .trackUnsubscribed("mira", _) = $0 { true } else { false } }
        // Published again by another track, it is heard by the same capture.
        try await mira.tone(hertz: 660, seconds: 60, waits: false)
        #expect(await RoomSound.hears(660, capture.subscribe()))
        try await capture.close()
        await visit.leave()
    }

    @Test("our own mute is shown to others, and a track that is taken back is gone for them")
    func ours() async throws {
        let server = try await RoomServer()
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira"))
        let visit = try await RoomVisit.enter(server)
        let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        try await mira.wait(for: "track", ["identity": "companion"])
        try track.mute(true)
        try await mira.wait(for: "muted", ["identity": "companion"])
        try track.mute(false)
        try await mira.wait(for: "unmuted", ["identity": "companion"])
        try await visit.room.unpublish(track)
        try await mira.wait(for: "track-gone", ["identity": "companion"])
        #expect(track.sid == nil)
        await visit.leave()
    }

    @Test("pictures are declined, whether they were there before us or come later, and sound goes on", arguments: [true, false])
    func pictures(areBefore: Bool) async throws {
        let server = try await RoomServer()
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira"))
        if areBefore { try await mira.show() }
        let visit = try await RoomVisit.enter(server)
        if !areBefore { try await mira.show() }
        let voice = await visit.room.voice(of: "mira")
        let capture = try await AudioCapture(of: voice)
        try await mira.tone(hertz: 660, seconds: 60, waits: false)
        #expect(await RoomSound.hears(660, capture.subscribe()))
        var declined: [String] = []
        while declined.isEmpty { declined = try await server.declined(by: "companion") }
        #expect(declined.count == 1)
        #expect(await visit.room.participants.first?.tracks.map(\.source) == [.microphone])
        try await capture.close()
        await visit.leave()
    }
}
