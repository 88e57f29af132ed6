import COpus

/// Turns speech into Opus packets of 20 ms.
package struct OpusEncoder: ~Copyable {
    /// Opus makes no packet longer than this.
    private static let longestPacket = 1275

    package let settings: OpusSettings
    private let encoder: OpaquePointer
    /// Samples at 48 kHz that come out before the first that went in.
    package let lookahead: Int

    /// - Throws: ``AudioError`` for settings that Opus does not know.
    package init(_ settings: OpusSettings) throws(AudioError) {
        var code: Int32 = 0
        let encoder = opus_encoder_create(Int32(settings.rate), Int32(settings.channels), OPUS_APPLICATION_VOIP, &code)
        guard code == OPUS_OK, let encoder else {
            throw OpusFailure.error("Speech at \(settings.rate) Hz with \(settings.channels) channels cannot be coded", code)
        }
        do {
            try Self.set(settings, on: encoder)
        } catch {
            opus_encoder_destroy(encoder)
            throw error
        }
        var frames: Int32 = 0
        copus_encoder_lookahead(encoder, &frames)
        lookahead = Int(frames) * 48_000 / settings.rate
        self.encoder = encoder
        self.settings = settings
    }

    private static func set(_ settings: OpusSettings, on encoder: OpaquePointer) throws(AudioError) {
        let requests: [(Int32, Int)] = [
            (OPUS_SET_BITRATE_REQUEST, settings.bitrate), (OPUS_SET_VBR_REQUEST, 1),
            (OPUS_SET_SIGNAL_REQUEST, Int(OPUS_SIGNAL_VOICE)), (OPUS_SET_COMPLEXITY_REQUEST, settings.complexity),
            (OPUS_SET_INBAND_FEC_REQUEST, settings.correctsErrors ? 1 : 0),
            (OPUS_SET_PACKET_LOSS_PERC_REQUEST, settings.correctsErrors ? settings.expectedLoss : 0),
            (OPUS_SET_DTX_REQUEST, settings.isDiscontinuous ? 1 : 0),
        ]
        for (request, value) in requests {
            let code = copus_encoder_set(encoder, request, Int32(clamping: value))
            guard code == OPUS_OK else { throw OpusFailure.error("Opus does not take the value \(value)", code) }
        }
    }

    deinit {
        opus_encoder_destroy(encoder)
    }

    /// Codes one frame.
    /// - Parameter samples: exactly ``OpusSettings/frame`` of each channel.
    package mutating func encode(_ samples: [Int16]) throws(AudioError) -> [UInt8] {
        guard samples.count == settings.frame * settings.channels else {
            throw AudioError(.unsupported, "A frame has \(settings.frame) samples a channel, not \(samples.count).")
        }
        var code: Int32 = 0
        let packet = [UInt8](unsafeUninitializedCapacity: Self.longestPacket) { buffer, count in
            guard let target = buffer.baseAddress else { return }
            code = opus_encode(encoder, samples, Int32(settings.frame), target, Int32(Self.longestPacket))
            count = Int(max(0, code))
        }
        guard code > 0 else { throw OpusFailure.error("Speech could not be coded", code) }
        return packet
    }
}

enum OpusFailure {
    static func error(_ what: String, _ code: Int32) -> AudioError {
        AudioError(.unsupported, "\(what): \(String(cString: opus_strerror(code))).")
    }
}
