import AudioIO
import Foundation
import TestSupport

/// What a room costs in which nothing is said.
enum RoomRestBenchmark {
    static func run(seconds: Double) async throws {
        let server = try await RoomServer()
        let visit = try await RoomVisit.enter(server)
        let track = try await visit.room.publish(VoiceTrackSettings(name: "voice"))
        print("waiting for somebody: \(percent(try await share(seconds))) % of one core over \(format(seconds)) s (at most 2.5)")

        let person = try await RoomPerson()
        try await person.join(server, token: try await server.token("mira"))
        let capture = try await AudioCapture(of: await visit.room.voice(of: "mira"))
        let frames = capture.subscribe()
        let listening = Task { for await _ in frames {} }
        let sink = try await PlaybackSink(into: track)
        try await visit.wait { if case .trackSubscribed = $0 { true } else { false } }
        let both = try await share(seconds)
        print("somebody there and silent, both ways open: \(percent(both)) % of one core over \(format(seconds)) s")
        try await sink.close()
        let hearing = try await share(seconds)
        print("the same without our own loudspeaker: \(percent(hearing)) %")
        print("\(try OwnProcess.resident() / 1024) MB resident, \(try OwnProcess.threads()) threads")
        listening.cancel()
        try await capture.close()
        try await person.leave()
        await visit.leave()
    }

    /// The part of one core that this process uses.
    private static func share(_ seconds: Double) async throws -> Double {
        // What just happened has to settle first.
        try await Task.sleep(for: .seconds(3))
        let (time, work) = (MonotonicTime.now, OwnProcess.work)
        try await Task.sleep(for: .seconds(seconds))
        return (OwnProcess.work - work) / (Double(MonotonicTime.now - time) / 1e9)
    }
}
