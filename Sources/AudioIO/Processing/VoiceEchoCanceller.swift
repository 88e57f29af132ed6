import CSpeexDSP

/// Takes out of the microphone what our own loudspeaker put into the room, by libspeexdsp's adaptive filter, and what is left of
/// it by its residual suppression. Works on frames of 10 ms at 16 kHz.
package struct EchoCanceller: ~Copyable {
    package struct Settings: Sendable, Hashable {
        /// Longest time from the loudspeaker's reference to the microphone that is cancelled, in milliseconds: the room, and how
        /// far the two clocks are apart.
        package var tail = 250
        package static let noiseSuppressions = 0...40

        /// How much steady noise is lowered, in dB; 0 leaves it. Recognisers are used to noise, and dislike what is left of it.
        package var noiseSuppression = 0
        /// Brings quiet voices up to a usual level.
        package var automaticGain = false

        package init() {}
    }

    /// Samples of a frame.
    package static let frame = 160
    private static let rate: Int32 = 16_000

    private let echo: OpaquePointer
    private let after: OpaquePointer

    package init(_ settings: Settings = Settings()) throws(AudioError) {
        let tail = Int32(settings.tail) * Self.rate / 1000
        guard let echo = speex_echo_state_init(Int32(Self.frame), tail),
            let after = speex_preprocess_state_init(Int32(Self.frame), Self.rate)
        else { throw AudioError(.unsupported, "The echo canceller cannot be made.") }
        self.echo = echo
        self.after = after
        var rate = Self.rate
        speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate)
        speex_preprocess_ctl(after, SPEEX_PREPROCESS_SET_ECHO_STATE, UnsafeMutableRawPointer(echo))
        set(SPEEX_PREPROCESS_SET_DENOISE, settings.noiseSuppression > 0 ? 1 : 0)
        if settings.noiseSuppression > 0 { set(SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, -Int32(settings.noiseSuppression)) }
        set(SPEEX_PREPROCESS_SET_AGC, settings.automaticGain ? 1 : 0)
        set(SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, -40)
        // The person speaking over us: less is taken away then.
        set(SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, -15)
    }

    deinit {
        speex_preprocess_state_destroy(after)
        speex_echo_state_destroy(echo)
    }

    /// The microphone's frame without our own sound; `played` is what the loudspeaker gave at the same time, silence included.
    package mutating func process(_ heard: [Int16], played: [Int16]) -> [Int16] {
        guard heard.count == Self.frame, played.count == Self.frame else { return heard }
        return [Int16](unsafeUninitializedCapacity: Self.frame) { output, count in
            guard let target = output.baseAddress else { return }
            heard.withUnsafeBufferPointer { near in
                played.withUnsafeBufferPointer { far in speex_echo_cancellation(echo, near.baseAddress, far.baseAddress, target) }
            }
            speex_preprocess_run(after, target)
            count = Self.frame
        }
    }

    /// Forgets the room: another device, or time that is missing.
    package mutating func reset() { speex_echo_state_reset(echo) }

    private func set(_ request: Int32, _ value: Int32) {
        var value = value
        speex_preprocess_ctl(after, request, &value)
    }
}
