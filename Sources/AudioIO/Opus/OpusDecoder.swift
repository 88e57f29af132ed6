import COpus

/// Turns Opus packets into speech, also those that never came.
package struct OpusDecoder: ~Copyable {
    /// 120 ms, the longest that a packet may hold, at 48 kHz.
    private static let longestFrame = 5760
    /// So many packets in a row may be made up before what is heard fades out: a voice that drones on is worse than silence.
    private static let patience = 3

    package let rate: Int
    package let channels: Int
    private let decoder: OpaquePointer
    /// Samples of one channel in the packet before.
    private var last: Int
    private var lost = 0

    /// - Parameters:
    ///   - rate: samples a second of what comes out: 8,000, 12,000, 16,000, 24,000 or 48,000.
    ///   - channels: 1 or 2.
    package init(rate: Int, channels: Int) throws(AudioError) {
        var code: Int32 = 0
        let decoder = opus_decoder_create(Int32(rate), Int32(channels), &code)
        guard code == OPUS_OK, let decoder else {
            throw OpusFailure.error("Speech at \(rate) Hz with \(channels) channels cannot be decoded", code)
        }
        self.decoder = decoder
        (self.rate, self.channels, last) = (rate, channels, rate / 50)
    }

    deinit {
        opus_decoder_destroy(decoder)
    }

    /// Samples of a packet that came.
    /// - Throws: ``AudioError`` for bytes that are no packet; the next one may be one again.
    package mutating func decode(_ packet: [UInt8]) throws(AudioError) -> [Int16] {
        guard !packet.isEmpty else { throw AudioError(.unsupported, "An empty packet holds no speech.") }
        let samples = try run(packet, frames: Self.longestFrame * rate / 48_000, corrects: false)
        last = samples.count / channels
        guard lost > Self.patience else {
            lost = 0
            return samples
        }
        lost = 0
        return samples.faded(from: 0, to: 1, channels: channels)
    }

    /// Samples in the place of a packet that did not come: from what the next one knows of it, if that is there, and otherwise
    /// made up from what was heard before.
    package mutating func conceal(next: [UInt8]? = nil) throws(AudioError) -> [Int16] {
        lost += 1
        if let next, !next.isEmpty { return try run(next, frames: last, corrects: true) }
        let samples = try run(nil, frames: last, corrects: false)
        guard lost >= Self.patience else { return samples }
        return lost == Self.patience
            ? samples.faded(from: 1, to: 0, channels: channels) : [Int16](repeating: 0, count: samples.count)
    }

    private mutating func run(_ packet: [UInt8]?, frames: Int, corrects: Bool) throws(AudioError) -> [Int16] {
        var code: Int32 = 0
        let samples = [Int16](unsafeUninitializedCapacity: frames * channels) { buffer, count in
            guard let target = buffer.baseAddress else { return }
            code = opus_decode(
                decoder, packet, Int32(packet?.count ?? 0), target, Int32(frames), corrects ? 1 : 0)
            count = Int(max(0, code)) * channels
        }
        guard code >= 0 else { throw OpusFailure.error("A packet could not be decoded", code) }
        return samples
    }
}

extension [Int16] {
    fileprivate func faded(from start: Float, to end: Float, channels: Int) -> [Int16] {
        let frames = Float(Swift.max(1, count / channels))
        return enumerated().map { index, sample in
            Int16(Float(sample) * (start + (end - start) * Float(index / channels) / frames))
        }
    }
}
