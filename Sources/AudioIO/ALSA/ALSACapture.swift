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
    /// How many of them there is memory for.
    private let room: Int
    /// Which of them were not handed over yet.
    private var held = 0..<0
    private var hasStarted = false
    /// Frames that may still come from before, after some were too old; `nil` when what comes is new, and 0 when it has to count as
    /// new because the device always has more.
    private var surge: Int?

    init(name: String) throws(AudioError) {
        // What is recorded waits here while the machine is busy; that takes memory and no time.
        let handle = try PCMHandle(opening: name, .capture, rate: nil, periods: 50)
        width = handle.channels * (handle.sampleFormat == .int16 ? 2 : 4)
        room = max(handle.buffer, SoundRing.blockSize)
        frames = .allocate(byteCount: room * width, alignment: 16)
        self.handle = handle
    }

    deinit {
        frames.deallocate()
    }

    var rate: Int { handle.rate }
    var delay: Int { handle.delay + held.count }

    func read(into output: UnsafeMutableBufferPointer<Int16>, within milliseconds: Int32) throws(AudioError) -> CaptureRead {
        var result = CaptureRead()
        if held.isEmpty { result.isBroken = try fetch(within: milliseconds) }
        let count = min(held.count, output.count)
        gather(count, into: output)
        result.count = count
        return result
    }

    /// Takes everything that the device has, waiting for something. A piece of a sound server's that was taken in part stays locked in
    /// the memory that is shared with it; should it die then, its library never returns.
    /// - Returns: whether sound was lost before it.
    private func fetch(within milliseconds: Int32) throws(AudioError) -> Bool {
        if !hasStarted {
            try handle.start()
            hasStarted = true
        }
        let asked = MonotonicTime.now
        guard try handle.isReady(within: milliseconds) else { return false }
        if MonotonicTime.now - asked >= Self.pause { surge = nil }
        let isBroken = try dropOld()
        if isBroken, surge == nil { surge = handle.rate * Self.most }
        let count = snd_pcm_readi(handle.pcm, frames.baseAddress, snd_pcm_uframes_t(room))
        if count > 0, let more = surge, more > 0 {
            surge = max(0, more - Int(count))
            return true
        }
        if count > 0 {
            held = 0..<Int(count)
        } else if count == 0 || Int32(-count) == EAGAIN {
            // It said that there was something: not to ask again at once keeps the thread from spinning.
            MonotonicTime.wait(until: MonotonicTime.now + 1_000_000)
        } else {
            try handle.recover(from: Int32(count))
            try handle.start()
            return true
        }
        return isBroken
    }

    func close() {
        handle.close()
    }

    /// Reads what is too old for anybody; whether there was any.
    private func dropOld() throws(AudioError) -> Bool {
        guard handle.available > handle.rate * Self.oldest / 1000 else { return false }
        var dropped = false
        // What was there at the beginning: a device that always has more would keep us for ever.
        var surplus = handle.available
        while surplus > 0 {
            let count = snd_pcm_readi(handle.pcm, frames.baseAddress, snd_pcm_uframes_t(min(surplus, room)))
            // An error is told to the read that follows.
            guard count > 0 else { break }
            surplus -= Int(count)
            dropped = true
        }
        return dropped
    }

    /// Hands over `count` of what is held, as one channel of 16 bits. Of two channels the mean is taken; of more the first, as arrays
    /// of microphones have their result there.
    private func gather(_ count: Int, into output: UnsafeMutableBufferPointer<Int16>) {
        let (channels, first) = (handle.channels, held.lowerBound)
        switch handle.sampleFormat {
        case .int16:
            let source = frames.assumingMemoryBound(to: Int16.self)
            for index in 0..<count {
                let frame = (first + index) * channels
                output[index] = channels == 2 ? Int16((Int32(source[frame]) + Int32(source[frame + 1])) / 2) : source[frame]
            }
        case .int32:
            let source = frames.assumingMemoryBound(to: Int32.self)
            for index in 0..<count {
                let frame = (first + index) * channels
                let value = channels == 2 ? (Int64(source[frame]) + Int64(source[frame + 1])) / 2 : Int64(source[frame])
                output[index] = Int16(truncatingIfNeeded: value >> 16)
            }
        }
        held = first + count..<held.upperBound
    }
}
