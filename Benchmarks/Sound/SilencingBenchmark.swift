import AudioIO
import CompanionServices
import Foundation

/// How soon what was decided about our own sound is heard: softer, and silent. Measured in what comes out of the loudspeaker, by
/// the clock of the microphone that hears it.
enum SilencingBenchmark {
    private static let rounds = 7

    static func run(_ ear: AudioDeviceID, _ mouth: AudioDeviceID) async throws {
        let sink = try await PlaybackSink(mouth)
        let capture = try await AudioCapture(ear)
        let frames = Levels(capture.subscribe())
        var (softer, silent) = ([Double](), [Double]())
        let tone = (0..<(3 * sink.rate)).map { Int16(8000 * sin(2 * Double.pi * 440 * Double($0) / Double(sink.rate))) }
        for round in 0..<rounds {
            try await sink.enqueue(tone, to: PlaybackItemID(generation: round, number: 0))
            let loud = try await frames.first(after: 0) { $0 > -20 }
            var decision = MonotonicTime.now
            sink.duck(to: 0.25, over: .milliseconds(20))
            softer.append(try await milliseconds(frames, after: max(loud, decision), since: decision) { $0 < -24 })
            decision = MonotonicTime.now
            sink.pause()
            silent.append(try await milliseconds(frames, after: decision, since: decision) { $0 < -60 })
            try await sink.flush()
            sink.duck(to: 1, over: .milliseconds(1))
            sink.resume(rewind: .zero)
        }
        try await capture.close()
        try await sink.close()
        let settings = TurnSettings()
        let (duck, pause) = (Distribution(softer), Distribution(silent))
        print("barge-in: softer after the decision  p50 \(format(duck.median)) ms  most \(format(duck.percentile(1))) ms")
        let total = Double(settings.duckAfter) + duck.percentile(1)
        print("barge-in: voice to softer, with the engine's \(settings.duckAfter) ms, at most \(format(total)) ms (at most 250)")
        let most = format(pause.percentile(1))
        print("barge-in: silent after the decision  p50 \(format(pause.median)) ms  most \(most) ms (at most 100)")
    }

    private static func milliseconds(
        _ frames: Levels, after start: Int64, since decision: Int64, _ isReached: (Float) -> Bool
    ) async throws -> Double {
        Double(try await frames.first(after: start, isReached) - decision) / 1_000_000
    }

    /// What is heard, frame by frame.
    private final class Levels {
        private var iterator: AsyncStream<CapturedFrame>.AsyncIterator

        init(_ frames: AsyncStream<CapturedFrame>) {
            iterator = frames.makeAsyncIterator()
        }

        /// When the first frame begins after `start` that is so loud; in nanoseconds.
        func first(after start: Int64, _ isReached: (Float) -> Bool) async throws -> Int64 {
            while let frame = await iterator.next() {
                if frame.time >= start, isReached(EchoGate.level(frame.samples)) { return frame.time }
            }
            throw AudioError(.closed, "The microphone ended.")
        }
    }
}
