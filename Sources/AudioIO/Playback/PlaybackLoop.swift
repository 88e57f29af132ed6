import Synchronization

/// The thread of a loudspeaker, and what it has in common with the owner.
final class PlaybackLoop: Sendable {
    /// Opens the device again, at the rate it had.
    typealias Reopening = @Sendable (Int) throws(AudioError) -> any PlaybackDevice

    /// How much speech can wait, and how much of what was heard can be repeated, in seconds.
    private static let room = (waiting: 20, heard: 5)

    let rate: Int
    let queue: Mutex<PlaybackQueue>
    /// Wakes the thread when something was changed.
    let wake: Bell
    /// Tells those who wait when the thread changed something.
    let news: News
    let events: AsyncStream<PlaybackEvent>
    /// Why the thread ended, when it was not told to.
    let failure = Mutex<AudioError?>(nil)
    /// What the device was given.
    let reference: PlaybackReference
    private let continuation: AsyncStream<PlaybackEvent>.Continuation
    private let reopening: Reopening
    /// How long a lost device is waited for; `nil` for ever.
    private let patience: Duration?
    private let stopping = Atomic(false)
    private let ended = Atomic(false)

    init(rate: Int, patience: Duration?, reopening: @escaping Reopening) throws(AudioError) {
        self.patience = patience
        self.rate = rate
        self.reopening = reopening
        reference = PlaybackReference(rate: rate)
        queue = Mutex(PlaybackQueue(rate: rate, seconds: Self.room.waiting, history: Self.room.heard))
        wake = try Bell()
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
        let relay = Relay()
        news = try News("loudspeaker events") { relay.loop.withLock { $0.loop }?.deliver() }
        relay.loop.withLock { $0.loop = self }
    }

    /// The thread is done and the device closed.
    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake.ring()
    }

    /// The thread's whole life.
    func run(_ first: any PlaybackDevice) {
        let period = SampleBuffer(count: rate / 100)
        defer { period.release() }
        var device: (any PlaybackDevice)? = first
        while !isStopping, let current = device {
            do {
                try play(on: current, period)
            } catch {
                current.close()
                device = nil
                queue.withLock { $0.deviceLost() }
                reference.interrupt()
                news.tell()
                if give(up: error) { break }
                wake.wait(milliseconds: SoundThread.patience(attempt: 0))
                device = reopen()
            }
        }
        device?.close()
        ended.store(true, ordering: .releasing)
        news.tell()
    }

    private var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Plays until it is to stop.
    private func play(on device: any PlaybackDevice, _ period: SampleBuffer) throws(AudioError) {
        var guardian = PaceGuard(rate: rate)
        while !isStopping {
            let sound = queue.withLock { $0.render(into: period.samples) }
            let count = device.isPaced ? period.samples.count : sound
            if count == 0 {
                let (delay, _) = confirm(0, lost: 0, on: device)
                reference.interrupt()
                // What is still on its way has to be listened to. Asked again, the device might say that it arrived just now.
                wake.wait(milliseconds: delay > 0 ? 10 : -1)
            } else {
                let samples = UnsafeBufferPointer(rebasing: period.samples[..<count])
                let lost = try device.write(samples)
                guard !device.isPaced || guardian.allows(count, at: MonotonicTime.now) else {
                    throw AudioError(.unsupported, "The loudspeaker takes sound faster than it can be heard.")
                }
                let (delay, now) = confirm(count, lost: lost, on: device)
                if reference.hub.isHeard {
                    reference.played(samples, until: now + Int64(delay) * 1_000_000_000 / Int64(rate), lost: lost)
                    news.tell()
                } else {
                    reference.interrupt()
                }
            }
        }
    }

    /// Tells the queue what was written; returns the device's delay, and when it was that.
    private func confirm(_ count: Int, lost: Int, on device: any PlaybackDevice) -> (delay: Int, now: Int64) {
        let now = MonotonicTime.now
        let delay = device.delay
        let isNews = queue.withLock { $0.wrote(count, lost: lost, delay: delay) }
        if isNews { news.tell() }
        return (delay, now)
    }

    /// Whether it makes no sense to open the device again: it will not become another one, or will not come back.
    private func give(up error: AudioError) -> Bool {
        guard [.unsupported, .closed].contains(error.code) else { return false }
        failure.withLock { $0 = error }
        return true
    }

    /// Waits for the device to return; `nil` when it is to stop, or does not return in time or at all.
    private func reopen() -> (any PlaybackDevice)? {
        let beginning = MonotonicTime.now
        var attempt = 0
        while !isStopping {
            let elapsed = MonotonicTime.now - beginning
            if let patience, Duration.nanoseconds(elapsed) > patience { return nil }
            do {
                let device = try reopening(rate)
                let frames = elapsed / 1000 * Int64(rate) / 1_000_000
                queue.withLock { $0.deviceRecovered(after: Int(frames)) }
                news.tell()
                return device
            } catch  where error.code == .closed {
                _ = give(up: error)
                return nil
            } catch {
                // It may be there again a little later.
            }
            wake.wait(milliseconds: SoundThread.patience(attempt: attempt))
            attempt += 1
        }
        return nil
    }

    private func deliver() {
        for event in queue.withLock({ $0.takeEvents() }) { continuation.yield(event) }
        reference.deliver()
        guard hasEnded else { return }
        continuation.finish()
        reference.hub.finish()
    }

    /// The news begin before the loop is whole.
    private final class Relay: Sendable {
        struct Link {
            weak var loop: PlaybackLoop?
        }

        let loop = Mutex(Link())
    }
}
