import ArgumentParser
import AudioIO
import CLinux
import Foundation
import TestSupport

/// A long stay in a room with speech both ways, people who come and go, texts, and connections that break: what it holds at the end
/// that it did not hold when it was warm.
enum RoomLifeBenchmark {
    /// What the process holds at the same place of each round.
    private struct Holding {
        var minutes: Double
        var kilobytes: Int
        var handles: Int
        var threads: Int
    }

    private static let item = PlaybackItemID(generation: 0, number: 0)
    /// A fifth of the time, and ten minutes at most, does not count: caches fill, the library's threads come to be.
    private static func warmth(_ minutes: Double) -> Double { min(10, minutes / 5) }

    static func run(minutes: Double) async throws {
        let server = try await RoomServer()
        let library = try RoomVisit.library()
        let (handles, threads) = (library.liveHandles, try OwnProcess.threads())
        try report(try await stay(minutes, server, library), minutes)
        // Threads of ours end a little after what they served.
        try await Task.sleep(for: .seconds(3))
        print("after leaving: \(library.liveHandles - handles) handles more than before (at most 0)")
        print("threads: \(threads) before the room, \(try OwnProcess.threads()) after it, the library's own included")
    }

    private static func stay(
        _ minutes: Double, _ server: RoomServer, _ library: LiveKitLibrary
    ) async throws -> [Holding] {
        let visit = try await RoomVisit.enter(server)
        let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        let capture = try await AudioCapture(of: await visit.room.voice(of: "mira"))
        let frames = capture.subscribe()
        let listening = Task { for await _ in frames {} }
        let sink = try await PlaybackSink(into: track)
        let speaking = Task {
            let second = RoomSounds.tone(440, seconds: 1, rate: sink.rate)
            while !Task.isCancelled { try await sink.enqueue(second, to: item) }
        }
        let omar = try await RoomPerson()
        try await omar.join(server, token: try await server.token("omar"))

        var held: [Holding] = []
        let start = MonotonicTime.now
        func elapsed() -> Double { Double(MonotonicTime.now - start) / 60e9 }
        var (round, breaks) = (0, 0)
        while elapsed() < minutes {
            round += 1
            try await meet(visit, server)
            if round % 3 == 0 {
                breaks += 1
                try await lose(visit, server, round)
            }
            malloc_trim(0)
            held.append(
                Holding(
                    minutes: elapsed(), kilobytes: try OwnProcess.resident(), handles: library.liveHandles,
                    threads: try OwnProcess.threads()))
            if round % 10 == 0, let last = held.last { show(last) }
            visit.forgetEvents()
        }
        let counts = visit.room.counts
        print(
            "\(format(elapsed())) minutes: \(round) people came and went, \(breaks) lost connections, \(counts.framesSent + counts.framesHeard) frames of sound, \(counts.dataSent + counts.dataReceived) messages and texts, \(counts.framesDropped) frames not heard, \(counts.lateFrames) times late"
        )
        speaking.cancel()
        listening.cancel()
        try await sink.close()
        try await capture.close()
        try await omar.leave()
        await visit.leave()
        return held
    }

    /// Somebody comes, talks and writes, is talked and written to, and goes.
    private static func meet(_ visit: RoomVisit, _ server: RoomServer) async throws {
        let mira = try await RoomPerson()
        try await mira.join(server, token: try await server.token("mira"))
        try await visit.wait { if case .trackSubscribed(let track) = $0 { track.participant == "mira" } else { false } }
        let begun = visit.events.count
        try await mira.wait(for: "speaks", ["identity": "companion"])
        // What is sent to somebody whose way for data is not open yet is lost; it is when something came out of it.
        try await mira.send("here")
        try await visit.wait(from: begun) { if case .data = $0 { true } else { false } }
        try await mira.tone(hertz: 660, seconds: 4)
        for number in 0..<5 {
            try await visit.room.sendText("A sentence that is written, number \(number).", RoomStreamOptions(topic: "test"))
            try await mira.type("And an answer, number \(number).", topic: "test")
            try await visit.room.setAttributes(["lk.agent.state": number % 2 == 0 ? "thinking" : "listening"])
        }
        let writer = try await visit.room.openText(RoomStreamOptions(topic: "lk.transcription"))
        for word in ["One ", "word ", "after ", "the ", "other."] { try await writer.write(word) }
        try await writer.close()
        try await mira.wait(for: "text", ["topic": "lk.transcription"])
        try await visit.wait(from: begun) { if case .text(let text) = $0 { text.text.hasSuffix("number 4.") } else { false } }
        try await mira.leave()
        try await visit.wait(from: begun) { $0 == .participantDisconnected(identity: "mira") }
    }

    /// The server cuts us off, or goes away for a moment.
    private static func lose(_ visit: RoomVisit, _ server: RoomServer, _ round: Int) async throws {
        let before = visit.events.count
        if round % 6 == 0 {
            await server.kill()
            try await server.restart(at: Date.now + 2)
        } else {
            try await server.cut("companion")
        }
        try await visit.wait(from: before, for: RoomVisit.isThere)
        try await server.wait(forParticipants: 2)
        // Heard again: the connection is whole.
        let frames = visit.room.counts.framesSent
        while visit.room.counts.framesSent < frames + 50 { try await Task.sleep(for: .milliseconds(50)) }
    }

    private static func show(_ holding: Holding) {
        print(
            "  after \(format(holding.minutes)) min: \(holding.kilobytes) kB resident, \(holding.handles) handles, \(holding.threads) threads"
        )
        fflush(nil)
    }

    private static func report(_ held: [Holding], _ minutes: Double) throws {
        let warm = held.filter { $0.minutes >= warmth(minutes) }
        let part = max(1, warm.count / 5)
        guard let first = warm.first, let last = warm.last else { throw ValidationError("the run was too short") }
        func size(_ rounds: some Sequence<Holding>) -> Double { Distribution(rounds.map { Double($0.kilobytes) }).median }
        let (early, late) = (size(warm.prefix(part)), size(warm.suffix(part)))
        print(
            "memory: \(format(early / 1024)) MB when warm, \(format(late / 1024)) MB at the end (medians of \(part) rounds), \(format((late - early) / 1024)) MB more (at most 1)"
        )
        let most = warm.map(\.kilobytes).max() ?? 0
        print("memory: \(format(Double(most) / 1024)) MB at most")
        print("handles: \(first.handles) when warm, \(last.handles) at the end; threads: \(first.threads) and \(last.threads)")
    }
}
