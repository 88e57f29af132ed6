import Synchronization

/// The thread of a loudspeaker, and what it has in common with the owner.
final class PlaybackLoop: Sendable {
    /// Opens the device again, at the rate it had.
    typealias Reopening = @Sendable (Int) throws(AudioError) -> any PlaybackDevice

    /// How much speech can wait, and how much of what was heard can be repeated, in seconds.
    private static let room = (waiting: 20, heard: 5)
    /// Blocks of silence, 10 ms each, that those who want to know what is given are told of together. Sound they are told of at once,
    /// and the first blocks after it, with which its last samples come out of the filter.
    private static let silentBlocks = (told: 3, together: 10)

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
    private let thread: DeviceThread
    /// The device that is open already when the first thread begins.
    private let first: Mutex<DeviceOpening<any PlaybackDevice>.Opened?>
    /// When the device was lost that is not there.
    private let lost = Mutex<Int64?>(nil)
    /// How long a lost device is waited for; `nil` for ever.
    private let patience: Duration?
    private let stopping = Atomic(false)
    private let ended = Atomic(false)

    /// Begins with a device that was opened.
    /// - Parameter calls: how long a call into the device may last; `nil` for ever.
    init(
        _ opened: DeviceOpening<any PlaybackDevice>.Opened, patience: Duration?, calls: DeviceThread.Patience?,
        reopening: @escaping Reopening
    ) throws(AudioError) {
        self.patience = patience
        self.reopening = reopening
        let rate = opened.device.rate
        self.rate = rate
        first = Mutex(opened)
        reference = PlaybackReference(rate: rate)
        queue = Mutex(PlaybackQueue(rate: rate, seconds: Self.room.waiting, history: Self.room.heard))
        wake = try Bell()
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
        let relay = Relay()
        news = try News("speaker news") { relay.loop.withLock { $0.loop }?.deliver() }
        thread = DeviceThread("loudspeaker", patience: calls) {
            relay.loop.withLock { $0.loop }?.run($0)
        } judge: { waited in
            relay.loop.withLock { $0.loop }?.judge(waited) ?? .end
        }
        relay.loop.withLock { $0.loop = self }
        thread.start()
    }

    /// The thread is done and the device closed.
    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake.ring()
    }

    /// A thread's whole life. One that was given up leaves everything but its device as it is.
    private func run(_ calls: DeviceCalls) {
        let period = SampleBuffer(count: rate / 100)
        defer { period.release() }
        var device = first.withLock { first in
            defer { first = nil }
            return first?.device
        }
        var attempt = 0
        while !isStopping {
            do throws(AudioError) {
                guard try open(&device, calls), let current = device, try play(on: current, period, calls) else {
                    device?.close()
                    return
                }
            } catch {
                attempt = device == nil ? attempt + 1 : 0
                // What it is counts, and not that it may not let itself be closed either.
                let goesOn = goesOn(after: error)
                guard close(&device, calls) else { return }
                guard goesOn else { break }
                wake.wait(milliseconds: SoundThread.patience(attempt: attempt))
            }
        }
        guard close(&device, calls) else { return }
        end()
    }

    /// A thread did not come back from the device: whether another one is to try.
    private func judge(_ waited: Duration) -> DeviceThread.Verdict {
        guard !isStopping, failure.withLock({ $0 == nil }), goesOn(after: .noAnswer("loudspeaker"), waited: waited) else {
            end()
            return .end
        }
        return .replace
    }

    /// Whether a device that could not be used is tried again: there are some that will not become another one, or not come back.
    /// - Parameter waited: how long it stood still before that was noticed.
    private func goesOn(after error: AudioError, waited: Duration = .zero) -> Bool {
        let now = MonotonicTime.now
        let beginning = now - Int64(waited / .nanoseconds(1))
        let (since, isNews) = lost.withLock { lost in
            defer { lost = lost ?? beginning }
            return (lost ?? beginning, lost == nil)
        }
        if isNews {
            queue.withLock { $0.deviceLost() }
            reference.interrupt()
            news.tell()
        }
        // One that is opened again may be another one a little later; one that was at work will not.
        guard error.code != .closed, error.code != .unsupported || !isNews else {
            failure.withLock { $0 = error }
            return false
        }
        return patience.map { .nanoseconds(now - since) <= $0 } ?? true
    }

    private func end() {
        ended.store(true, ordering: .releasing)
        news.tell()
    }

    private var isStopping: Bool { stopping.load(ordering: .acquiring) || hasEnded }

    /// Opens the device if it is not open.
    /// - Returns: whether the thread still counts.
    private func open(_ device: inout (any PlaybackDevice)?, _ calls: DeviceCalls) throws(AudioError) -> Bool {
        guard device == nil else { return true }
        guard try calls.make(as: .opening, { () throws(AudioError) in device = try reopening(rate) }) else { return false }
        let since = lost.withLock { lost in
            defer { lost = nil }
            return lost
        }
        guard let since else { return true }
        let frames = (MonotonicTime.now - since) / 1000 * Int64(rate) / 1_000_000
        queue.withLock { $0.deviceRecovered(after: Int(frames)) }
        news.tell()
        return true
    }

    /// - Returns: whether the thread still counts.
    private func close(_ device: inout (any PlaybackDevice)?, _ calls: DeviceCalls) -> Bool {
        guard let open = device else { return true }
        device = nil
        return calls.make { open.close() }
    }

    /// Plays until it is to stop.
    /// - Returns: whether the thread still counts.
    private func play(
        on device: any PlaybackDevice, _ period: SampleBuffer, _ calls: DeviceCalls
    ) throws(AudioError) -> Bool {
        var guardian = PaceGuard(rate: rate)
        // Blocks of silence since the last sound.
        var silent = 0
        while !isStopping {
            let sound = queue.withLock { $0.render(into: period.samples) }
            let count = device.isPaced ? period.samples.count : sound
            let samples = UnsafeBufferPointer(rebasing: period.samples[..<count])
            var (lost, delay, now) = (0, 0, Int64(0))
            let counts = try calls.make { () throws(AudioError) in
                if count > 0 { lost = try device.write(samples) }
                now = MonotonicTime.now
                delay = device.delay
            }
            guard counts else { return false }
            guard count == 0 || !device.isPaced || guardian.allows(count, at: now) else {
                throw AudioError(.unsupported, "The loudspeaker takes sound faster than it can be heard.")
            }
            if queue.withLock({ $0.wrote(count, lost: lost, delay: delay) }) { news.tell() }
            if count == 0 {
                reference.interrupt()
                // What is still on its way has to be listened to. Asked again, the device might say that it arrived just now.
                wake.wait(milliseconds: delay > 0 ? 10 : -1)
            } else if reference.hub.isHeard {
                reference.played(samples, until: now + Int64(delay) * 1_000_000_000 / Int64(rate), lost: lost)
                silent = sound > 0 ? 0 : silent + 1
                if silent <= Self.silentBlocks.told || silent % Self.silentBlocks.together == 0 { news.tell() }
            } else {
                reference.interrupt()
            }
        }
        return true
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
