import AudioIO
import CompanionServices

/// Ties positions in the sound to the engine's time.
struct VoiceTimeline: Sendable {
    private let start: Int64
    private var anchor: (position: Int64, time: Int64)?

    init(start: Int64 = MonotonicTime.now) {
        self.start = start
    }

    var now: TurnTime { milliseconds(MonotonicTime.now) }

    func milliseconds(_ time: Int64) -> TurnTime { TurnTime((time - start) / 1_000_000) }

    /// The newest frame says where positions are now; devices' clocks drift.
    mutating func note(_ frame: CapturedFrame) { anchor = (frame.position, frame.time) }

    func time(of position: Int64) -> TurnTime {
        guard let anchor else { return now }
        return milliseconds(anchor.time + (position - anchor.position) * 62_500)
    }

    /// Nanoseconds of ``MonotonicTime``.
    func moment(of position: Int64) -> Int64 {
        guard let anchor else { return MonotonicTime.now }
        return anchor.time + (position - anchor.position) * 62_500
    }

    func position(at time: TurnTime) -> Int64 {
        guard let anchor else { return 0 }
        return anchor.position + (Int64(time) * 1_000_000 + start - anchor.time) / 62_500
    }
}
