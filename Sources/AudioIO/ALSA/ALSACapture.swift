import CAlsa
import Glibc

/// A microphone that ALSA knows.
final class ALSACapture: CaptureDevice {
    /// How old sound may be before it is thrown away, in milliseconds: who answers late is worse than who did not hear.
    private static let oldest = 300
    /// A wait so long, in nanoseconds, means that there is nothing older: a sound server hands over what it kept at once.
    private static let pause: Int64 = 4_000_000
    /// How many seconds a server may have kept.
    private static let most = 3

    private var handle: PCMHandle
    /// Frames as the device gives them.
    private let frames: UnsafeMutableRawBufferPointer
    private let width: Int
    private var hasStarted = false
    /// Frames that may still come from before, after some were too old; `nil` when what comes is new, and 0 when it has to count as
    /// new because the device always has more.
    private var surge: Int?

    init(name: String) throws(AudioError) {
        // What is recorded waits here while the machine is busy; that takes memory and no time.
        let handle = try PCMHandle(opening: name, .capture, rate: nil, periods: 50)
        width = handle.channels * (handle.sampleFormat == .int16 ? 2 : 4)
        frames = .allocate(byteCount: max(handle.buffer, SoundRing.blockSize) * width, alignment: 16)
        self.handle = handle
    }

    deinit {
        frames.deallocate()
    }

    var rate: Int { handle.rate }
    var delay: Int { handle.delay }

    func read(into output: UnsafeMutableBufferPointer<Int16>, within milliseconds: Int32) throws(AudioError) -> CaptureRead {
        var result = CaptureRead()
        if !hasStarted {
            try handle.start()
            hasStarted = true
        }
        let asked = MonotonicTime.now
        guard try handle.isReady(within: milliseconds) else { return result }
        if MonotonicTime.now - asked >= Self.pause { surge = nil }
        result.isBroken = try dropOld()
        if result.isBroken, surge == nil { surge = handle.rate * Self.most }
        let count = snd_pcm_readi(handle.pcm, frames.baseAddress, snd_pcm_uframes_t(output.count))
        if count > 0, let more = surge, more > 0 {
            surge = max(0, more - Int(count))
            result.isBroken = true
        } else if count > 0 {
            gather(Int(count), into: output)
            result.count = Int(count)
        } else if count == 0 || Int32(-count) == EAGAIN {
            // It said that there was something: not to ask again at once keeps the thread from spinning.
            MonotonicTime.wait(until: MonotonicTime.now + 1_000_000)
        } else {
            try handle.recover(from: Int32(count))
            try handle.start()
            result.isBroken = true
        }
        return result
    }

    func close() {
        handle.close()
    }

    /// Reads what is too old for anybody; whether there was any.
    private func dropOld() throws(AudioError) -> Bool {
        guard handle.available > handle.rate * Self.oldest / 1000 else { return false }
        var dropped = false
        // What was there at the beginning, but for a period: a device that always has more would keep us for ever.
        var surplus = handle.available - handle.period
        while surplus > 0 {
            let room = min(surplus, max(handle.buffer, SoundRing.blockSize))
            let count = snd_pcm_readi(handle.pcm, frames.baseAddress, snd_pcm_uframes_t(room))
            // An error is told to the read that follows.
            guard count > 0 else { break }
            surplus -= Int(count)
            dropped = true
        }
        return dropped
    }

    /// One channel of 16 bits. Of two channels the mean is taken; of more the first, as arrays of microphones have their result
    /// there.
    private func gather(_ count: Int, into output: UnsafeMutableBufferPointer<Int16>) {
        let channels = handle.channels
        switch handle.sampleFormat {
        case .int16:
            let source = frames.assumingMemoryBound(to: Int16.self)
            for index in 0..<count {
                let first = source[index * channels]
                output[index] = channels == 2 ? Int16((Int32(first) + Int32(source[index * 2 + 1])) / 2) : first
            }
        case .int32:
            let source = frames.assumingMemoryBound(to: Int32.self)
            for index in 0..<count {
                let first = Int64(source[index * channels])
                let value = channels == 2 ? (first + Int64(source[index * 2 + 1])) / 2 : first
                output[index] = Int16(truncatingIfNeeded: value >> 16)
            }
        }
    }
}
