import CSpeexDSP

/// Takes our own sound out by libspeexdsp's adaptive filter, and what is left of it by its residual suppression.
package final class SpeexEchoCanceller: EchoCanceller {
    private static let rate: Int32 = 16_000

    private let echo: OpaquePointer
    private let after: OpaquePointer

    package init(_ settings: SoundCleaning = SoundCleaning()) throws(AudioError) {
        let tail = Int32(settings.tail) * Self.rate / 1000
        guard let echo = speex_echo_state_init(Int32(SoundCleaning.frame), tail),
            let after = speex_preprocess_state_init(Int32(SoundCleaning.frame), Self.rate)
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

    package func process(_ heard: [Int16], played: [Int16]) -> [Int16] {
        guard heard.count == SoundCleaning.frame, played.count == SoundCleaning.frame else { return heard }
        return [Int16](unsafeUninitializedCapacity: SoundCleaning.frame) { output, count in
            guard let target = output.baseAddress else { return }
            heard.withUnsafeBufferPointer { near in
                played.withUnsafeBufferPointer { far in speex_echo_cancellation(echo, near.baseAddress, far.baseAddress, target) }
            }
            speex_preprocess_run(after, target)
            count = SoundCleaning.frame
        }
    }

    package func reset() { speex_echo_state_reset(echo) }

    private func set(_ request: Int32, _ value: Int32) {
        var value = value
        speex_preprocess_ctl(after, request, &value)
    }
}
