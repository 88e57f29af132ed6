import ArgumentParser
import AudioIO
import Foundation
import Synchronization
import TestSupport

/// What our layer adds to the way of sound from one participant to another: until the library has it, and from the library's event
/// until a listener has it. Both participants are in this process, so that one clock measures everything.
enum RoomDelayBenchmark {
    static func run(sayings: Int) async throws {
        let server = try await RoomServer()
        let marks = SoundMarks()
        let speaker = try await RoomVisit.enter(server, as: "speaker", witness: marks)
        let listener = try await RoomVisit.enter(server, as: "listener", witness: marks)
        let track = try await speaker.room.publish(VoiceTrackSettings(name: "voice"))
        let capture = try await AudioCapture(of: await listener.room.voice(of: "speaker"))
        let frames = capture.subscribe()
        let hearing = Task { for await frame in frames { marks.isGiven(frame.samples) } }
        try await listener.wait { if case .trackSubscribed = $0 { true } else { false } }

        let sink = try await PlaybackSink(into: track)
        for number in 0..<sayings {
            try await Task.sleep(for: .milliseconds(Int.random(in: 450...550)))
            let (sound, item) = (
                RoomSounds.noise(seconds: 0.1, rate: sink.rate), PlaybackItemID(generation: 0, number: number)
            )
            marks.isSaid()
            try await sink.enqueue(sound, to: item)
            sink.finish(item)
        }
        try await Task.sleep(for: .milliseconds(500))
        report(marks.take(), "loudspeaker")
        try await sink.close()

        // A microphone's sound goes another way: as it comes.
        let microphone = try RoomMicrophone(into: track)
        let pace = ContinuousClock.now
        for number in 0..<(sayings * 50) {
            try await ContinuousClock().sleep(until: pace + .milliseconds(10 * number))
            let isSpoken = number % 50 < 10
            if number % 50 == 0 { marks.isSaid() }
            microphone.send(isSpoken ? RoomSounds.noise(seconds: 0.01, rate: 16_000) : [Int16](repeating: 0, count: 160))
        }
        try await Task.sleep(for: .milliseconds(500))
        report(marks.take(), "microphone")

        hearing.cancel()
        try await capture.close()
        await speaker.leave()
        await listener.leave()
    }

    private static func report(_ figures: SoundMarks.Figures, _ way: String) {
        let all = Distribution(figures.added)
        print("\(way): handed over to given to the library  \(Distribution(figures.sending).summary)")
        print("\(way): came from the library to given to its listener  \(Distribution(figures.receiving).summary)")
        print("\(way): the library's own way, through the server  \(Distribution(figures.way).summary)")
        print(
            "\(way): our layer, both together  p50 \(format(all.median)) ms, p95 \(format(all.percentile(0.95))) ms (at most 10), n=\(figures.added.count)"
        )
        if figures.unknown > 0 { print("\(way): \(figures.unknown) loud frames were not recognised") }
    }
}

/// Notes when sound passes: said, given to the library, come from it, given to a listener.
private final class SoundMarks: RoomSoundWitness {
    struct Figures {
        /// Milliseconds, one for each saying.
        var sending: [Double] = []
        var way: [Double] = []
        var added: [Double] = []
        /// One for each loud frame.
        var receiving: [Double] = []
        var unknown = 0
    }

    private struct State {
        var figures = Figures()
        var said: Int64?
        /// When the newest saying was given to the library, and how long that took.
        var left: (time: Int64, delay: Int64)?
        /// When the first loud samples of it came.
        var came: Int64?
        var arrived: [(time: Int64, samples: [Int16])] = []
    }

    private static let loud = 1000
    private let state = Mutex(State())

    func isSaid() {
        state.withLock { state in
            (state.said, state.left, state.came) = (MonotonicTime.now, nil, nil)
        }
    }

    func leaves(_ samples: UnsafeBufferPointer<Int16>) {
        let now = MonotonicTime.now
        guard samples.contains(where: { abs(Int($0)) > Self.loud }) else { return }
        state.withLock { state in
            guard let said = state.said else { return }
            state.said = nil
            state.left = (now, now - said)
            state.figures.sending.append(Self.milliseconds(now - said))
        }
    }

    func arrives(_ samples: UnsafeBufferPointer<Int16>, at time: Int64) {
        let samples = Array(samples)
        state.withLock { state in
            state.arrived.append((time, samples))
            if state.arrived.count > 50 { state.arrived.removeFirst() }
            guard let left = state.left, state.came == nil, Self.isLoud(samples) else { return }
            state.came = time
            state.figures.way.append(Self.milliseconds(time - left.time))
        }
    }

    /// A listener has them.
    func isGiven(_ samples: [Int16]) {
        let now = MonotonicTime.now
        guard Self.isLoud(samples) else { return }
        let end = Array(samples.suffix(32))
        state.withLock { state in
            guard let arrival = state.arrived.last(where: { $0.samples.contains(end) })?.time else {
                state.figures.unknown += 1
                return
            }
            state.figures.receiving.append(Self.milliseconds(now - arrival))
            guard let left = state.left, let came = state.came, arrival >= came else { return }
            state.left = nil
            state.figures.added.append(Self.milliseconds(left.delay + now - arrival))
        }
    }

    /// What there is since the last time.
    func take() -> Figures {
        state.withLock { state in
            defer { state = State() }
            return state.figures
        }
    }

    private static func isLoud(_ samples: [Int16]) -> Bool { samples.contains { abs(Int($0)) > loud } }
    private static func milliseconds(_ time: Int64) -> Double { Double(time) / 1_000_000 }
}
