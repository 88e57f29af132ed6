import AudioIO

/// Plays sound that comes as it is made, no later than it must: a little waits, so that a frame that is late is not missed, and what
/// has piled up is left out.
struct LiveLoudspeaker {
    /// What is said here is no answer of anybody's.
    private static let generation = -1
    /// Before the first sound of somebody, in frames of 10 ms.
    private static let cushion = 4
    /// Sound that may wait, in seconds.
    private static let most = 0.3
    /// After so much silence a voice is over, in frames.
    private static let pause = 50
    /// Quieter is nothing, in dB of full scale.
    private static let audible: Float = -75

    let sink: PlaybackSink
    private let rate: RateConverter
    private var item: PlaybackItemID?
    private var number = 0
    /// Samples that the voice has been given.
    private var given = 0
    private var quiet = 0
    private var held: [[Int16]] = []
    /// Frames that came too late to be heard.
    private(set) var dropped = 0

    init(_ sink: PlaybackSink) throws {
        self.sink = sink
        rate = try RateConverter(from: CapturedFrame.rate, to: sink.rate)
    }

    /// Takes 10 ms at 16 kHz.
    mutating func play(_ frame: [Int16]) async throws {
        quiet = EchoGate.level(frame) > Self.audible ? 0 : quiet + 1
        guard quiet < Self.pause else { return end() }
        if item == nil {
            held.append(frame)
            guard held.count > Self.cushion else { return }
            number += 1
            (item, given) = (PlaybackItemID(generation: Self.generation, number: number), 0)
            let beginning = held
            held = []
            for frame in beginning { try await give(frame) }
        } else {
            try await give(frame)
        }
    }

    private mutating func give(_ frame: [Int16]) async throws {
        guard let item else { return }
        let sound = rate.convert(frame)
        let heard = sink.played.map { $0.item == item ? $0.frame : 0 } ?? 0
        guard Double(given - heard) < Self.most * Double(sink.rate) else {
            dropped += 1
            return
        }
        given += sound.count
        try await sink.enqueue(sound, to: item)
    }

    /// Nobody speaks.
    mutating func end() {
        held = []
        guard let item else { return }
        sink.finish(item)
        self.item = nil
    }
}
