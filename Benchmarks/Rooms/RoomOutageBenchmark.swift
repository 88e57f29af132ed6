import AudioIO
import Foundation
import TestSupport

/// How soon the room is there again after its server was away for five seconds.
enum RoomOutageBenchmark {
    private static let outage = 5.0

    static func run(rounds: Int) async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        _ = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        var (times, after) = ([Double](), [Double]())
        for round in 1...rounds {
            let before = visit.events.count
            await server.kill()
            let gone = Date.now
            try await server.restart(at: gone + outage)
            let returned = Date.now
            try await visit.wait(from: before, for: RoomVisit.isThere)
            let back = Date.now
            times.append(back.timeIntervalSince(gone))
            after.append(back.timeIntervalSince(returned))
            let way = visit.events.dropFirst(before).contains { if case .joined = $0 { true } else { false } }
            print(
                "round \(round): away for \(format(returned.timeIntervalSince(gone))) s, back \(format(times.last ?? 0)) s after it went, by \(way ? "us" : "the library")"
            )
        }
        let (all, late) = (Distribution(times), Distribution(after))
        print("back after the outage began  p50 \(format(all.median)) s, most \(format(all.percentile(1))) s (at most 12)")
        print("back after the server's return  p50 \(format(late.median)) s, most \(format(late.percentile(1))) s")
        await visit.leave()
    }
}
