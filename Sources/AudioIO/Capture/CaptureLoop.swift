import Synchronization

/// The thread of a microphone, and what it has in common with the owner.
///
/// The thread only moves samples into a ring and rings a bell. Frames, watchdogs and events are made where the bell is heard.
final class CaptureLoop: Sendable {
    typealias Opening = @Sendable () throws(AudioError) -> any CaptureDevice

    /// How long a device may give nothing, in milliseconds: sound servers take their time for the first sound.
    private static let limit: (first: Int64, next: Int64) = (2000, 500)
    /// How long the thread looks at nothing but the device, in milliseconds; a wish to mute waits so long.
    private static let slice: Int32 = 40
    /// Blocks of 10 ms that are handed over together while nobody is in a hurry: waking everybody for each is much of what listening
    /// costs. A voice detector needs about as many for one look.
    private static let restfulBlocks = 3
    /// Blocks of 10 ms that may wait for a machine that is busy.
    private static let room = 200

    let hub = FrameHub()
    /// Why the thread ended, when it was not told to.
    let failure = Mutex<AudioError?>(nil)
    /// Wakes the thread when something was changed.
    let wake: Bell
    /// Tells those who wait when the thread changed something.
    let news: News
    private let ring = SoundRing(room: room)
    private let journal = CaptureJournal()
    private let opening: Opening
    private let thread: DeviceThread
    /// A device that is open already when the thread begins.
    private let first = Mutex<DeviceOpening<any CaptureDevice>.Opened?>(nil)
    private let absence = Mutex(CaptureAbsence())
    /// How long a lost device is waited for; `nil` for ever.
    private let patience: Duration?
    private let begun = Atomic(false)
    private let muted: Atomic<Bool>
    private let resting = Atomic(false)
    private let stopping = Atomic(false)
    private let ended = Atomic(false)
    private let deviceIsOpen: Atomic<Bool>

    /// - Parameter calls: how long a call into the device may last; `nil` for ever.
    init(
        isMuted: Bool, patience: Duration?, calls: DeviceThread.Patience?, opening: @escaping Opening
    ) throws(AudioError) {
        self.opening = opening
        self.patience = patience
        muted = Atomic(isMuted)
        deviceIsOpen = Atomic(!isMuted)
        wake = try Bell()
        let relay = Relay()
        news = try News("microphone news") { relay.loop.withLock { $0.loop }?.deliver() }
        thread = DeviceThread("microphone", patience: calls) {
            relay.loop.withLock { $0.loop }?.run($0)
        } judge: { _ in
            relay.loop.withLock { $0.loop }?.judge() ?? .end
        }
        relay.loop.withLock { $0.loop = self }
    }

    /// The thread is done and the device closed.
    var hasEnded: Bool { ended.load(ordering: .acquiring) }
    var isMuted: Bool { muted.load(ordering: .acquiring) }
    /// The device has been given back, or was given up, or never was opened.
    var isDeviceClosed: Bool { !deviceIsOpen.load(ordering: .acquiring) }

    var counts: CaptureCounts {
        var counts = journal.counts
        (counts.frames, counts.droppedFrames) = hub.counts
        return counts
    }

    func events() -> AsyncStream<CaptureEvent> { journal.subscribe() }

    /// Somebody listens: from now on the device is read.
    func begin() {
        guard !begun.exchange(true, ordering: .acquiringAndReleasing) else { return }
        wake.ring()
    }

    func mute(_ isMuted: Bool) {
        guard muted.exchange(isMuted, ordering: .acquiringAndReleasing) != isMuted else { return }
        journal.note(.muted(isMuted))
        wake.ring()
        news.tell()
    }

    /// Whether nobody needs the sound at once.
    func rest(_ isResting: Bool) { resting.store(isResting, ordering: .relaxed) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake.ring()
    }

    // MARK: The thread

    /// Begins, with the device open unless it is muted.
    func start(with device: DeviceOpening<any CaptureDevice>.Opened?) {
        first.withLock { $0 = device }
        thread.start()
    }

    /// A thread's whole life. One that was given up leaves everything but its device as it is.
    private func run(_ calls: DeviceCalls) {
        let period = SampleBuffer(count: SoundRing.blockSize)
        defer { period.release() }
        var device = first.withLock { first in
            defer { first = nil }
            return first?.device
        }
        while !isStopping {
            if isMuted || !begun.load(ordering: .acquiring) {
                if isMuted { guard giveBack(&device, calls) else { return } }
                wake.wait(milliseconds: -1)
                continue
            }
            do throws(AudioError) {
                guard try open(&device, calls), let current = device, let end = try capture(from: current, period, calls)
                else {
                    device?.close()
                    return
                }
                guard end == .over else { continue }
                journal.note(.ended)
                break
            } catch {
                // What it is counts, and not that it may not let itself be closed either.
                let goesOn = goesOn(after: error)
                guard giveBack(&device, calls) else { return }
                guard goesOn else { break }
                let attempt = absence.withLock { $0.attempt() }
                wake.wait(milliseconds: SoundThread.patience(attempt: attempt))
            }
        }
        guard giveBack(&device, calls) else { return }
        end()
    }

    /// A thread did not come back from the device: whether another one is to try.
    private func judge() -> DeviceThread.Verdict {
        deviceIsOpen.store(false, ordering: .releasing)
        news.tell()
        // One that is not to listen misses nothing.
        let isMissed = !isStopping && !isMuted
        guard !isStopping, failure.withLock({ $0 == nil }), !isMissed || goesOn(after: .noAnswer("microphone")) else {
            end()
            return .end
        }
        return .replace
    }

    /// Whether a device that could not be used is tried again.
    private func goesOn(after error: AudioError) -> Bool {
        let (isNews, isTooLong) = absence.withLock { ($0.begin(), $0.isLonger(than: patience)) }
        if isNews { journal.noteLoss(error) }
        news.tell()
        // A device that is none will not become one by being opened again.
        guard error.code == .unsupported || isTooLong else { return true }
        failure.withLock { $0 = error }
        return false
    }

    private func end() {
        ended.store(true, ordering: .releasing)
        news.tell()
    }

    private var isStopping: Bool { stopping.load(ordering: .acquiring) || hasEnded }

    /// Opens the device if it is not open.
    /// - Returns: whether the thread still counts.
    private func open(_ device: inout (any CaptureDevice)?, _ calls: DeviceCalls) throws(AudioError) -> Bool {
        guard device == nil else { return true }
        guard try calls.make(as: .opening, { () throws(AudioError) in device = try opening() }) else { return false }
        deviceIsOpen.store(true, ordering: .releasing)
        return true
    }

    /// - Returns: whether the thread still counts.
    private func giveBack(_ device: inout (any CaptureDevice)?, _ calls: DeviceCalls) -> Bool {
        guard let open = device else { return true }
        device = nil
        guard calls.make({ open.close() }) else { return false }
        deviceIsOpen.store(false, ordering: .releasing)
        news.tell()
        return true
    }

    /// Why reading ended.
    private enum End {
        /// It is to stop, or muted.
        case interrupted
        /// The device came to its end.
        case over
    }

    /// Reads until there is a reason to end; `nil` when the thread was given up.
    private func capture(
        from device: any CaptureDevice, _ period: SampleBuffer, _ calls: DeviceCalls
    ) throws(AudioError) -> End? {
        let rate = device.rate
        let block = UnsafeMutableBufferPointer(rebasing: period.samples[..<min(rate / 100, SoundRing.blockSize)])
        var guardian = PaceGuard(rate: rate)
        // For how long the device was waited for in vain. A process that was itself held up has not waited.
        var vain: Int64 = 0
        // Blocks that nobody was told of.
        var untold = 0
        var (before, isFirst, gap) = (MonotonicTime.now, true, SoundRing.Gap.absence)
        while !isStopping, !isMuted {
            var (read, delay, now) = (CaptureRead(), 0, Int64(0))
            let counts = try calls.make { () throws(AudioError) in
                read = try device.read(into: block, within: Self.slice)
                now = MonotonicTime.now
                if read.count > 0 { delay = device.delay }
            }
            guard counts else { return nil }
            if read.isBroken, gap == .none { gap = .overrun }
            guard read.count > 0 else {
                if read.isOver { return .over }
                vain += min(now - before, 2 * Int64(Self.slice) * 1_000_000)
                before = now
                if vain > (isFirst ? Self.limit.first : Self.limit.next) * 1_000_000 {
                    throw AudioError(
                        .lost, "The microphone gives no sound.",
                        advice: "It may be suspended: 'pactl list short sources' shows it. Otherwise plug it in again.")
                }
                continue
            }
            (before, vain) = (now, 0)
            let end = now - Int64(delay) * 1_000_000_000 / Int64(rate)
            guard guardian.allows(read.count, at: now) else {
                throw AudioError(
                    .unsupported, "The microphone gives sound faster than time passes, so it is none.",
                    advice: "Choose another device: 'companion-edge devices list'.")
            }
            if isFirst, let event = absence.withLock({ $0.end(rate: rate) }) { journal.note(event) }
            isFirst = false
            let sound = UnsafeBufferPointer(rebasing: block[..<read.count])
            // What finds no room is missing, like what a device lost.
            if ring.push(sound, rate: rate, end: end, gap: gap) { gap = .none } else if gap == .none { gap = .overrun }
            untold += 1
            if !resting.load(ordering: .relaxed) || untold >= Self.restfulBlocks {
                untold = 0
                news.tell()
            }
        }
        return .interrupted
    }

    // MARK: Delivery

    private func deliver() {
        while ring.take({ sound, block in listen(sound, block) }) {}
        journal.publish()
        guard hasEnded else { return }
        hub.finish()
        journal.finish()
    }

    private func listen(_ sound: UnsafeBufferPointer<Int16>, _ block: SoundRing.Block) {
        // What was still on its way when somebody muted is not heard.
        guard !isMuted else { return }
        do {
            let lost = try hub.take(sound, block)
            if block.gap == .overrun { journal.noteOverrun(lost) }
            journal.watch(sound, block)
        } catch {
            journal.noteLoss(error)
        }
    }

    /// The news begin before the loop is whole.
    private final class Relay: Sendable {
        struct Link {
            weak var loop: CaptureLoop?
        }

        let loop = Mutex(Link())
    }
}
