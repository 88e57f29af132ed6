import Synchronization

/// The microphone of a probe.
actor ProbeEar {
    let capture: AudioCapture
    private let frames: AsyncStream<CapturedFrame>

    init(_ capture: AudioCapture) {
        self.capture = capture
        frames = capture.subscribe(room: 3000)
    }

    /// What is heard from now on.
    /// - Throws: ``AudioError`` when the microphone gives nothing.
    func listen(seconds: Double) async throws -> [CapturedFrame] {
        let beginning = MonotonicTime.now
        let end = beginning + Int64(seconds * 1_000_000_000)
        var heard: [CapturedFrame] = []
        for await frame in frames {
            if frame.time >= beginning { heard.append(frame) }
            if frame.time >= end { return heard }
        }
        try Task.checkCancellation()
        // The stream ended before its time.
        if let failure = capture.failure { throw failure }
        if heard.isEmpty { throw AudioError(.lost, "The microphone gives no sound.") }
        return heard
    }
}

/// The loudspeaker of a probe.
actor ProbeMouth {
    private let sink: PlaybackSink
    private let reference: AsyncStream<CapturedFrame>
    private var number = 0

    init(_ sink: PlaybackSink) {
        self.sink = sink
        reference = sink.reference(room: 3000)
    }

    /// Plays a chime; returns when that was asked for, and what the loudspeaker was given from then until it was over.
    func chime() async throws -> (begun: Int64, reference: [CapturedFrame]) {
        let item = PlaybackItemID(generation: 0, number: number)
        number += 1
        let begun = MonotonicTime.now
        try await sink.enqueue(Chime.samples(rate: sink.rate), to: item)
        sink.finish(item)
        var given: [CapturedFrame] = []
        var loud = 0
        for await frame in reference where frame.time >= begun {
            given.append(frame)
            if frame.samples.contains(where: { abs(Int($0)) > 500 }) { loud = given.count }
            // A tenth of a second of silence after it, or nothing at all for a second.
            if loud > 0 ? given.count > loud + 10 : given.count > 100 { break }
        }
        return (begun, given)
    }

    /// Plays samples at 16 kHz, and returns when they were heard.
    func play(_ samples: [Int16]) async throws {
        let item = PlaybackItemID(generation: 0, number: number)
        number += 1
        let converter = try RateConverter(from: CapturedFrame.rate, to: sink.rate)
        try await sink.enqueue(converter.convert(samples) + converter.finish(), to: item)
        sink.finish(item)
        for await event in sink.events { if event == .finished(item) { break } }
    }
}
