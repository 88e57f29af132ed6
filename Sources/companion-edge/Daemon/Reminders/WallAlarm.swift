import CLinux
import Dispatch
import Glibc
import LocalStore
import Synchronization

/// Rings at a moment of the wall clock, and when somebody sets that clock.
protocol WallAlarm: Sendable {
    /// Replaces the moment to ring at; `nil` leaves only the clock being set.
    func set(_ moment: Timestamp?) throws
    /// A ring for each of these; rings that nobody waited for come as one.
    var rings: AsyncStream<Void> { get }
}

/// The kernel's own alarm: no timer of ours ticks while nothing is due.
final class KernelAlarm: WallAlarm {
    struct Failure: Error, Sendable, CustomStringConvertible {
        let code: Int32

        var description: String { "The kernel's timer: \(String(cString: strerror(code)))" }
    }

    /// Beyond any reminder; the alarm is always set so that it always notices the clock being set.
    private static let never = 253_402_300_799

    let rings: AsyncStream<Void>
    private let descriptor: Int32
    private let source: Mutex<any DispatchSourceRead>

    init() throws {
        let descriptor = timerfd_create(CLOCK_REALTIME, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
        guard descriptor >= 0 else { throw Failure(code: errno) }
        self.descriptor = descriptor
        let (rings, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.rings = rings
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        source.setEventHandler {
            // Reading is what makes the descriptor quiet again; a set clock is reported as an error (ECANCELED) and rings as well.
            var expirations: UInt64 = 0
            read(descriptor, &expirations, MemoryLayout<UInt64>.size)
            ring.yield()
        }
        source.setCancelHandler { close(descriptor) }
        source.activate()
        self.source = Mutex(source)
        try set(nil)
    }

    deinit {
        source.withLock { $0.cancel() }
    }

    func set(_ moment: Timestamp?) throws {
        var time = itimerspec()
        // A moment of zero would switch the timer off instead of ringing at once.
        let milliseconds = moment.map { max($0.milliseconds, 1) }
        time.it_value.tv_sec = milliseconds.map { Int($0 / 1000) } ?? Self.never
        time.it_value.tv_nsec = milliseconds.map { Int($0 % 1000) * 1_000_000 } ?? 0
        let flags = Int32(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)
        guard timerfd_settime(descriptor, flags, &time, nil) == 0 || errno == ECANCELED else { throw Failure(code: errno) }
    }
}
