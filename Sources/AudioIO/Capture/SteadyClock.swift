/// When sound was at a device: by the number of its samples, which never wavers, tied to what the driver says of its delay, which
/// does. A sound server's account jumps to and fro by some milliseconds, and may be wrong by tenths of a second at first.
struct SteadyClock {
    /// Reports that are looked back on: a second of blocks of 10 ms.
    private static let memory = 100
    /// So far, in nanoseconds, counted time and most reports may differ before the count is corrected. Between a microphone and a
    /// loudspeaker every correction moves the echo, so that there are to be few.
    private static let tolerance: (first: Int64, later: Int64) = (1_000_000, 10_000_000)
    /// So far hardly any driver errs: where several reports in a row say so, the sound stood still meanwhile.
    private static let standstill: (distance: Int64, reports: Int) = (300_000_000, 3)

    /// When the last sample ended, in nanoseconds of ``MonotonicTime``.
    private(set) var end: Int64
    /// How much later than counted the newest reports are, in nanoseconds.
    private var deviations: [Int64] = []
    private var next = 0
    private var isCorrected = false
    /// Reports in a row that were far away.
    private var strays = 0

    /// - Parameter end: when the sound begins, as far as is known.
    init(end: Int64) {
        self.end = end
    }

    /// Sound of so many nanoseconds more, whose end was at `reported` by the driver's account.
    mutating func advance(by duration: Int64, reported: Int64) {
        end += duration
        guard abs(reported - end) <= Self.standstill.distance else {
            strays += 1
            if strays >= Self.standstill.reports { self = SteadyClock(end: reported) }
            return
        }
        strays = 0
        if deviations.count < Self.memory {
            deviations.append(reported - end)
        } else {
            deviations[next] = reported - end
        }
        next = (next + 1) % Self.memory
        // Looked at when all reports are new.
        guard next == 0 else { return }
        let deviation = deviations.sorted()[Self.memory / 2]
        let isWrong = abs(deviation) > (isCorrected ? Self.tolerance.later : Self.tolerance.first)
        isCorrected = true
        if isWrong { end += deviation }
    }
}
