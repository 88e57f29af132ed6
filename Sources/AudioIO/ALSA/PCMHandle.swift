import CAlsa
import Glibc

/// An open ALSA device, set up for one channel's worth of 16-bit samples with a period of 10 ms.
struct PCMHandle: ~Copyable {
    enum SampleFormat: Sendable {
        case int16, int32

        var alsa: snd_pcm_format_t { self == .int16 ? SND_PCM_FORMAT_S16_LE : SND_PCM_FORMAT_S32_LE }
    }

    /// Rates in the order in which they are tried. Nearly every device's own rate is the first.
    private static let rates = [48_000, 44_100, 32_000, 96_000, 24_000, 22_050, 16_000, 8_000]

    /// `nil` when it was closed.
    private(set) var pcm: OpaquePointer?
    let name: String
    let direction: ALSAError.Direction
    let rate: Int
    let channels: Int
    let sampleFormat: SampleFormat
    /// In frames.
    let period: Int
    let buffer: Int

    /// - Parameters:
    ///   - rate: asked for first; the device's own choice otherwise, unless `insists`.
    ///   - periods: how many periods the device's buffer is to have.
    init(
        opening name: String, _ direction: ALSAError.Direction, rate: Int?, insists: Bool = false, periods: Int
    ) throws(AudioError) {
        calsa_silence()
        var opened: OpaquePointer?
        let code = snd_pcm_open(&opened, name, direction.stream, Int32(SND_PCM_NONBLOCK))
        guard code == 0, let opened else { throw ALSAError.opening(name, direction, code: code) }
        do {
            let rates = (rate.map { [$0] } ?? []) + (insists ? [] : Self.rates)
            let choice = try Self.configure(opened, name, direction, rates: rates, periods: periods)
            (self.rate, channels, sampleFormat) = (choice.rate, choice.channels, choice.format)
            (period, buffer) = (choice.period, choice.buffer)
        } catch {
            snd_pcm_close(opened)
            throw error
        }
        (pcm, self.name, self.direction) = (opened, name, direction)
    }

    deinit {
        if let pcm { snd_pcm_close(pcm) }
    }

    /// Gives the device back at once; nothing else may be asked of the handle afterwards.
    mutating func close() {
        guard let pcm else { return }
        snd_pcm_drop(pcm)
        snd_pcm_close(pcm)
        self.pcm = nil
    }

    /// Waits until frames can be moved, at most `milliseconds`.
    func isReady(within milliseconds: Int32) throws(AudioError) -> Bool {
        let code = snd_pcm_wait(pcm, milliseconds)
        // An xrun is told by the call that moves frames, which also mends it.
        if code < 0, -code != EPIPE, -code != ESTRPIPE, -code != EINTR {
            throw ALSAError.running(name, direction, code: code)
        }
        return code != 0
    }

    /// Brings the device back after an xrun or a suspend.
    /// - Throws: ``AudioError`` when the error is another one or the device does not come back.
    func recover(from code: Int32) throws(AudioError) {
        guard -code == EPIPE || -code == ESTRPIPE || -code == EINTR, snd_pcm_recover(pcm, code, 1) == 0 else {
            throw ALSAError.running(name, direction, code: code)
        }
    }

    /// Sets a microphone going.
    func start() throws(AudioError) {
        let code = snd_pcm_start(pcm)
        // One that runs already is refused.
        guard code == 0 || snd_pcm_state(pcm) == SND_PCM_STATE_RUNNING else {
            throw ALSAError.running(name, direction, code: code)
        }
    }

    /// Frames that can be moved now; 0 in an xrun.
    var available: Int { max(0, Int(snd_pcm_avail_update(pcm))) }

    /// Frames between the program and the air; 0 where the device does not say.
    var delay: Int {
        var frames = snd_pcm_sframes_t(0)
        return snd_pcm_delay(pcm, &frames) == 0 ? max(0, Int(frames)) : 0
    }

    // MARK: Set-up

    private struct Choice {
        var rate = 0
        var channels = 0
        var format = SampleFormat.int16
        var period = 0
        var buffer = 0
    }

    private static func configure(
        _ pcm: OpaquePointer, _ name: String, _ direction: ALSAError.Direction, rates: [Int], periods: Int
    ) throws(AudioError) -> Choice {
        var hardware: OpaquePointer?
        guard snd_pcm_hw_params_malloc(&hardware) == 0, let hardware else {
            throw AudioError(.unsupported, "There is no memory for '\(name)'.")
        }
        defer { snd_pcm_hw_params_free(hardware) }
        func refused(_ what: String) -> AudioError {
            AudioError(
                .unsupported, "The \(direction.noun) '\(name)' takes no \(what).",
                advice: "Try 'alsa:plug\(name)', with which ALSA converts.")
        }

        var choice = Choice()
        guard snd_pcm_hw_params_any(pcm, hardware) >= 0,
            snd_pcm_hw_params_set_access(pcm, hardware, SND_PCM_ACCESS_RW_INTERLEAVED) == 0
        else { throw refused("interleaved samples") }
        let formats = [SampleFormat.int16, .int32]
        guard let format = formats.first(where: { snd_pcm_hw_params_set_format(pcm, hardware, $0.alsa) == 0 }) else {
            throw refused("16-bit or 32-bit samples")
        }
        guard let channels = [1, 2, 4, 6, 8].first(where: { snd_pcm_hw_params_set_channels(pcm, hardware, UInt32($0)) == 0 })
        else { throw refused("usable number of channels") }
        guard let rate = rates.first(where: { snd_pcm_hw_params_set_rate(pcm, hardware, UInt32($0), 0) == 0 }) else {
            throw refused("rate of \(rates.map(String.init).joined(separator: ", ")) Hz")
        }
        (choice.format, choice.channels, choice.rate) = (format, channels, rate)

        var period = snd_pcm_uframes_t(rate / 100)
        snd_pcm_hw_params_set_period_size_near(pcm, hardware, &period, nil)
        var buffer = snd_pcm_uframes_t(Int(period) * periods)
        snd_pcm_hw_params_set_buffer_size_near(pcm, hardware, &buffer)
        let code = snd_pcm_hw_params(pcm, hardware)
        guard code == 0 else { throw ALSAError.opening(name, direction, code: code) }
        snd_pcm_hw_params_get_period_size(hardware, &period, nil)
        snd_pcm_hw_params_get_buffer_size(hardware, &buffer)
        (choice.period, choice.buffer) = (Int(period), Int(buffer))
        try setThresholds(pcm, name, direction, choice)
        return choice
    }

    private static func setThresholds(
        _ pcm: OpaquePointer, _ name: String, _ direction: ALSAError.Direction, _ choice: Choice
    ) throws(AudioError) {
        var software: OpaquePointer?
        guard snd_pcm_sw_params_malloc(&software) == 0, let software else {
            throw AudioError(.unsupported, "There is no memory for '\(name)'.")
        }
        defer { snd_pcm_sw_params_free(software) }
        // A loudspeaker starts with two periods in hand; a microphone with the first read.
        let start = direction == .playback ? min(2 * choice.period, choice.buffer) : 1
        guard snd_pcm_sw_params_current(pcm, software) == 0,
            snd_pcm_sw_params_set_start_threshold(pcm, software, snd_pcm_uframes_t(start)) == 0,
            snd_pcm_sw_params_set_avail_min(pcm, software, snd_pcm_uframes_t(choice.period)) == 0,
            snd_pcm_sw_params(pcm, software) == 0
        else { throw AudioError(.unsupported, "The \(direction.noun) '\(name)' cannot be set up for speech.") }
    }
}
