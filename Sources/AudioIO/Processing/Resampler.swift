import CSpeexDSP

/// Changes the rate of one channel, by libspeexdsp. What it adds lies below the noise of 16 bits.
struct Resampler: ~Copyable {
    /// The library's own scale, 0 to 10. Its next steps keep some more of the highest tones, for half as much work again.
    private static let quality: Int32 = 8

    let inputRate: Int
    let outputRate: Int
    private let state: OpaquePointer
    /// Samples of exact silence that went in last.
    private var silence = 0

    init(from inputRate: Int, to outputRate: Int) throws(AudioError) {
        var code: Int32 = 0
        let state = speex_resampler_init(1, UInt32(inputRate), UInt32(outputRate), Self.quality, &code)
        guard let state, code == 0 else {
            throw AudioError(.unsupported, "Sound at \(inputRate) Hz cannot be changed to \(outputRate) Hz.")
        }
        // The first sample out is the first that went in, not the filter's run-up.
        speex_resampler_skip_zeros(state)
        self.state = state
        self.inputRate = inputRate
        self.outputRate = outputRate
    }

    deinit {
        speex_resampler_destroy(state)
    }

    /// Input samples that have to follow the last one until it has come out whole.
    var latency: Int { Int(speex_resampler_get_input_latency(state)) }

    /// Takes as much as fits, and says how much it took and gave.
    private func process(
        _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
    ) -> (taken: Int, given: Int) {
        guard let source = input.baseAddress, let target = output.baseAddress else { return (0, 0) }
        var (taken, given) = (UInt32(input.count), UInt32(output.count))
        speex_resampler_process_int(state, 0, source, &taken, target, &given)
        return (Int(taken), Int(given))
    }

    /// What can be made of the sound so far. The last samples of it come with the sound that follows, or by ``finish()``.
    mutating func process(_ source: UnsafeBufferPointer<Int16>) -> [Int16] {
        if let silent = silentSamples(for: source) { return [Int16](repeating: 0, count: silent) }
        let room = source.count * outputRate / inputRate + 64
        return [Int16](unsafeUninitializedCapacity: room) { output, count in
            var taken = 0
            while taken < source.count, count < room {
                let step = process(
                    UnsafeBufferPointer(rebasing: source[taken...]),
                    into: UnsafeMutableBufferPointer(rebasing: output[count...]))
                guard step.taken + step.given > 0 else { return }
                taken += step.taken
                count += step.given
            }
        }
    }

    /// How much silence comes out, where nothing else can: the filter holds only silence, and as much went in as leaves it where it
    /// stands between two samples. A loudspeaker is silent nearly always, and filtering that was a tenth of what listening costs.
    private mutating func silentSamples(for source: UnsafeBufferPointer<Int16>) -> Int? {
        guard source.allSatisfy({ $0 == 0 }) else {
            silence = 0
            return nil
        }
        defer { silence += source.count }
        let output = source.count * outputRate
        return silence > 2 * latency && output.isMultiple(of: inputRate) ? output / inputRate : nil
    }

    mutating func process(_ input: [Int16]) -> [Int16] {
        input.withUnsafeBufferPointer { process($0) }
    }

    /// Forgets what went in; the next sample is the first of something else.
    mutating func reset() {
        silence = 0
        speex_resampler_reset_mem(state)
        speex_resampler_skip_zeros(state)
    }

    /// What the filter still holds of the sound that went in.
    mutating func finish() -> [Int16] {
        process([Int16](repeating: 0, count: latency))
    }
}
