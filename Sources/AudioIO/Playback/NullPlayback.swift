/// A loudspeaker that nobody hears. It takes time like a real one, and runs dry like one.
final class NullPlayback: PlaybackDevice {
    private static let buffer = 60

    private var written: Int64 = 0
    private var beginning: Int64?

    let rate = 48_000
    var isPaced: Bool { true }
    var delay: Int { max(0, Int(written - heard)) }

    func write(_ samples: UnsafeBufferPointer<Int16>) throws(AudioError) -> Int {
        if beginning == nil { beginning = MonotonicTime.now }
        let lost = max(0, heard - written)
        written += lost + Int64(samples.count)
        let ahead = written - heard - Int64(rate * Self.buffer / 1000)
        if ahead > 0 { MonotonicTime.wait(until: MonotonicTime.now + ahead * 1_000_000_000 / Int64(rate)) }
        return Int(lost)
    }

    func close() {
        // There is nothing to close.
    }

    private var heard: Int64 {
        guard let beginning else { return 0 }
        return (MonotonicTime.now - beginning) / 1000 * Int64(rate) / 1_000_000
    }
}
