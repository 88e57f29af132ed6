import Foundation

/// Tries out a microphone and a loudspeaker together.
package struct DeviceProbe: Sendable {
    /// What is being done, for the person in front of the devices.
    package enum Step: Sendable, Hashable {
        case listening(seconds: Double)
        case chimes(Int)
        case speak(seconds: Double)
        case playing
    }

    /// What was measured.
    package struct Findings: Sendable {
        package let verdict: MicrophoneVerdict
        package let quiet: LevelMeter
        package let speech: LevelMeter
        /// `nil` when the microphone did not hear the loudspeaker.
        package let echo: Echo?
        package let counts: CaptureCounts
    }

    /// How the loudspeaker is heard by the microphone.
    package struct Echo: Sendable, Hashable {
        /// From the moment at which the drivers say that something is heard to when the microphone hears it, in milliseconds.
        /// Negative, when the drivers claim more delay than there is.
        package let delay: Double
        /// From handing sound over to the loudspeaker to its return, in milliseconds: all buffers and the air.
        package let loop: Double
        /// How loud it returns, in dB.
        package let gain: Double
    }

    private static let quiet = 1.5
    private static let chimes = 3
    private static let pause = 0.6
    /// How long a microphone that gives nothing is waited for.
    private static let patience = Duration.seconds(4)

    package let microphone: AudioDeviceID
    package let loudspeaker: AudioDeviceID
    /// Seconds.
    package let speech: Double

    package init(microphone: AudioDeviceID, loudspeaker: AudioDeviceID, speech: Double = 3) {
        (self.microphone, self.loudspeaker, self.speech) = (microphone, loudspeaker, speech)
    }

    /// Listens to the room, plays chimes, listens to the person and plays that back.
    /// - Throws: ``AudioError`` when a device cannot be used, or gives no sound at all.
    package func run(_ tell: @Sendable (Step) async throws -> Void) async throws -> Findings {
        try await withDevices { ear, mouth in
            try await tell(.listening(seconds: Self.quiet))
            let quiet = try await ear.listen(seconds: Self.quiet)
            try await tell(.chimes(Self.chimes))
            let (echo, chime) = try await Self.echo(ear, mouth)
            try await tell(.speak(seconds: speech))
            let voice = try await ear.listen(seconds: speech)
            try await tell(.playing)
            try await mouth.play(voice.flatMap(\.samples))
            let meters = [quiet, chime, voice].map(LevelMeter.init)
            return Findings(
                verdict: MicrophoneVerdict(quiet: meters[0], chime: meters[1], speech: meters[2], hearsChime: echo != nil),
                quiet: meters[0], speech: meters[2], echo: echo, counts: ear.capture.counts)
        }
    }

    /// Plays chimes only; `nil` when they are not heard.
    package func echo() async throws -> Echo? {
        try await withDevices { ear, mouth in
            // What a device does when it is opened is no echo, and its account of time is not yet steady.
            _ = try await ear.listen(seconds: 2.2)
            return try await Self.echo(ear, mouth).0
        }
    }

    private func withDevices<Value: Sendable>(_ body: (ProbeEar, ProbeMouth) async throws -> Value) async throws -> Value {
        let capture = try await AudioCapture(microphone, patience: Self.patience)
        let sink = try await PlaybackSink(loudspeaker, patience: Self.patience)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(ProbeEar(capture), ProbeMouth(sink)))
        } catch {
            result = .failure(error)
        }
        // The task may be cancelled; giving devices back is not.
        _ = await Task {
            try await capture.close()
            try await sink.close()
        }.result
        return try result.get()
    }

    private static func echo(_ ear: ProbeEar, _ mouth: ProbeMouth) async throws -> (Echo?, [CapturedFrame]) {
        var heard: [CapturedFrame] = []
        var echoes: [Echo] = []
        let chime = Chime.samples(rate: CapturedFrame.rate)
        for _ in 0..<chimes {
            async let sent = mouth.chime()
            let frames = try await ear.listen(seconds: Chime.seconds + 2 * pause)
            let (begun, reference) = try await sent
            heard += frames
            guard let there = EchoFinder.find(chime, in: reference.flatMap(\.samples)),
                let here = EchoFinder.find(chime, in: frames.flatMap(\.samples))
            else { continue }
            let (sentAt, heardAt) = (time(of: there.place, in: reference), time(of: here.place, in: frames))
            echoes.append(
                Echo(
                    delay: Double(heardAt - sentAt) / 1_000_000, loop: Double(heardAt - begun) / 1_000_000,
                    gain: 20 * log10(max(here.gain / there.gain, 1e-5))))
        }
        // Heard once it may have been something else.
        guard echoes.count * 2 > chimes else { return (nil, heard) }
        let median = echoes.sorted { $0.delay < $1.delay }[echoes.count / 2]
        return (median, heard)
    }

    /// When a sample was there.
    private static func time(of place: Int, in frames: [CapturedFrame]) -> Int64 {
        let frame = frames[min(place / CapturedFrame.count, frames.count - 1)]
        return frame.time + Int64(place % CapturedFrame.count) * 1_000_000_000 / Int64(CapturedFrame.rate)
    }
}

extension LevelMeter {
    init(_ frames: [CapturedFrame]) {
        self.init()
        for frame in frames { hear(frame.samples) }
    }
}
