import CAlsa
import Glibc

/// A loudspeaker that ALSA knows.
final class ALSAPlayback: PlaybackDevice {
    /// How long a device may take nothing before it counts as gone.
    private static let patience: Int32 = 2000

    private var handle: PCMHandle
    /// Frames as the device wants them, when it wants more than one channel or more than 16 bits.
    private let frames: UnsafeMutableRawBufferPointer
    private var written: Int64 = 0
    private var beginning: Int64?

    init(name: String, rate: Int?) throws(AudioError) {
        let handle = try PCMHandle(opening: name, .playback, rate: rate, insists: rate != nil, periods: 6)
        let width = handle.sampleFormat == .int16 ? 2 : 4
        // One write is at most a period of 10 ms; a whole buffer is more than enough.
        frames = .allocate(byteCount: max(handle.buffer, handle.rate / 10) * handle.channels * width, alignment: 16)
        self.handle = handle
    }

    deinit {
        frames.deallocate()
    }

    var rate: Int { handle.rate }
    var isPaced: Bool { true }
    var delay: Int { handle.delay }

    func write(_ samples: UnsafeBufferPointer<Int16>) throws(AudioError) -> Int {
        spread(samples)
        let width = handle.channels * (handle.sampleFormat == .int16 ? 2 : 4)
        var (done, lost) = (0, 0)
        while done < samples.count {
            let count = snd_pcm_writei(
                handle.pcm, frames.baseAddress?.advanced(by: done * width), snd_pcm_uframes_t(samples.count - done))
            if count > 0 {
                done += Int(count)
                written += Int64(count)
                if beginning == nil { beginning = MonotonicTime.now }
            } else if Int32(-count) == EAGAIN || count == 0 {
                guard try handle.isReady(within: Self.patience) else {
                    throw AudioError(.lost, "The loudspeaker '\(handle.name)' no longer takes sound.")
                }
            } else {
                try handle.recover(from: Int32(count))
                lost += skipLostTime()
            }
        }
        return lost
    }

    func close() {
        handle.close()
    }

    /// How far real time went ahead of what was written, when all of it was heard and the device stood still.
    private func skipLostTime() -> Int {
        guard let beginning else { return 0 }
        let elapsed = (MonotonicTime.now - beginning) / 1000 * Int64(rate) / 1_000_000
        let lost = max(0, elapsed - written)
        written += lost
        return Int(lost)
    }

    /// The same sample on every channel.
    private func spread(_ samples: UnsafeBufferPointer<Int16>) {
        let channels = handle.channels
        switch handle.sampleFormat {
        case .int16:
            let target = frames.assumingMemoryBound(to: Int16.self)
            for (index, sample) in samples.enumerated() {
                for channel in 0..<channels { target[index * channels + channel] = sample }
            }
        case .int32:
            let target = frames.assumingMemoryBound(to: Int32.self)
            for (index, sample) in samples.enumerated() {
                for channel in 0..<channels { target[index * channels + channel] = Int32(sample) << 16 }
            }
        }
    }
}
