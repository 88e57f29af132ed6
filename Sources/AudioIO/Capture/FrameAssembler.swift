/// Makes frames of 10 ms at 16 kHz from blocks of sound as a device gave them: one resampling step, and a timeline in which time
/// that was lost counts. Pure; it knows no device and no clock.
struct FrameAssembler: ~Copyable {
    private var resampler: Resampler?
    private var rate = 0
    /// Samples of the device since the last break, and samples at 16 kHz that were made of them.
    private var consumed: Int64 = 0
    private var produced: Int64 = 0
    /// Says when the last sample of the device ended.
    private var clock = SteadyClock(end: 0)
    /// Less than a frame.
    private var pending: [Int16] = []
    /// Where the next frame begins.
    private(set) var position: Int64 = 0
    private var hasBegun = false
    /// Lost before the next frame.
    private var lost = 0

    /// Takes a block.
    /// - Returns: the frames that became whole, and samples at 16 kHz that were lost before this block.
    /// - Throws: ``AudioError`` for a rate that cannot be changed.
    mutating func take(
        _ sound: UnsafeBufferPointer<Int16>, _ block: SoundRing.Block
    ) throws(AudioError) -> (frames: [CapturedFrame], lost: Int) {
        let missing = !hasBegun || block.gap != .none || block.rate != rate ? try begin(with: block) : 0
        consumed += Int64(sound.count)
        clock.advance(by: block.duration, reported: block.end)
        let before = pending.count
        if resampler == nil { pending += sound } else { pending += resampler?.process(sound) ?? [] }
        produced += Int64(pending.count - before)
        var frames: [CapturedFrame] = []
        var start = 0
        while pending.count - start >= CapturedFrame.count {
            frames.append(
                CapturedFrame(
                    samples: Array(pending[start..<(start + CapturedFrame.count)]), position: position,
                    time: time(ofPending: start), lost: lost))
            start += CapturedFrame.count
            position += Int64(CapturedFrame.count)
            lost = 0
        }
        if start > 0 { pending.removeFirst(start) }
        return (frames, missing)
    }

    /// Starts anew after a break. What was left of a frame is lost with it.
    private mutating func begin(with block: SoundRing.Block) throws(AudioError) -> Int {
        var missing = 0
        let first = block.end - block.duration
        if hasBegun {
            // Less than half a sample apart is no gap; a clock that disagrees with itself makes none either.
            missing = Int(max(0, (first - time(ofPending: 0)) * Int64(CapturedFrame.rate / 1000) + 500_000) / 1_000_000)
        }
        if rate != block.rate {
            rate = block.rate
            resampler = rate == CapturedFrame.rate ? nil : try Resampler(from: rate, to: CapturedFrame.rate)
        } else {
            resampler?.reset()
        }
        clock = SteadyClock(end: first)
        (consumed, produced) = (0, 0)
        pending.removeAll(keepingCapacity: true)
        position += Int64(missing)
        lost += missing
        hasBegun = true
        return missing
    }

    /// When a sample was at the device that waits to be part of a frame.
    private func time(ofPending index: Int) -> Int64 {
        guard rate > 0 else { return clock.end }
        // In samples at 16 kHz, times the device's rate, so that nothing is rounded early.
        let place = produced - Int64(pending.count - index)
        let age = consumed * Int64(CapturedFrame.rate) - place * Int64(rate)
        return clock.end - age * 1_000_000_000 / (Int64(rate) * Int64(CapturedFrame.rate))
    }
}
