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
    /// How long a lost device is waited for; `nil` for ever.
    private let patience: Duration?
    private let begun = Atomic(false)
    private let muted: Atomic<Bool>
    private let stopping = Atomic(false)
    private let ended = Atomic(false)
    private let deviceIsOpen: Atomic<Bool>

    init(isMuted: Bool, patience: Duration?, opening: @escaping Opening) throws(AudioError) {
        self.opening = opening
        self.patience = patience
        muted = Atomic(isMuted)
        deviceIsOpen = Atomic(!isMuted)
        wake = try Bell()
        let relay = Relay()
        news = try News("microphone events") { relay.loop.withLock { $0.loop }?.deliver() }
        relay.loop.withLock { $0.loop = self }
    }

    /// The thread is done and the device closed.
    var hasEnded: Bool { ended.load(ordering: .acquiring) }
    var isMuted: Bool { muted.load(ordering: .acquiring) }
    /// The device has been given back, or never was opened.
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

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake.ring()
    }

    // MARK: The thread

    /// The thread's whole life.
    func run(_ first: (any CaptureDevice)?) {
        let period = SampleBuffer(count: SoundRing.blockSize)
        defer { period.release() }
        var device = first
        var absence = Absence()
        while !isStopping {
            if isMuted || !begun.load(ordering: .acquiring) {
                if isMuted { giveBack(&device) }
                wake.wait(milliseconds: -1)
                continue
            }
            do throws(AudioError) {
                let current: any CaptureDevice
                if let device { current = device } else { current = try opening() }
                device = current
                deviceIsOpen.store(true, ordering: .releasing)
                if try capture(from: current, period, &absence) {
                    journal.note(.ended)
                    break
                }
            } catch {
                giveBack(&device)
                if absence.begin() { journal.noteLoss(error) }
                news.tell()
                // A device that is none will not become one by being opened again.
                if error.code == .unsupported || absence.isLonger(than: patience) {
                    failure.withLock { $0 = error }
                    break
                }
                wake.wait(milliseconds: SoundThread.patience(attempt: absence.attempts))
                absence.attempts += 1
            }
        }
        giveBack(&device)
        ended.store(true, ordering: .releasing)
        news.tell()
    }

    /// While sound is missed that should be there.
    private struct Absence {
        private(set) var since: Int64?
        var attempts = 0
        /// Whether sound ever came.
        var hasHeard = false

        /// False when it lasts already.
        mutating func begin() -> Bool {
            guard since == nil else { return false }
            since = MonotonicTime.now
            return true
        }

        /// Sound comes; what that means.
        mutating func end(rate: Int) -> CaptureEvent? {
            defer { (since, attempts, hasHeard) = (nil, 0, true) }
            if since != nil { return .returned(rate: rate) }
            return hasHeard ? nil : .opened(rate: rate)
        }

        func isLonger(than patience: Duration?) -> Bool {
            guard let patience, let since else { return false }
            return .nanoseconds(MonotonicTime.now - since) > patience
        }
    }

    private var isStopping: Bool { stopping.load(ordering: .acquiring) }

    private func giveBack(_ device: inout (any CaptureDevice)?) {
        device?.close()
        device = nil
        deviceIsOpen.store(false, ordering: .releasing)
        news.tell()
    }

    /// Reads until it is to stop or muted.
    /// - Returns: whether the device came to its end.
    private func capture(
        from device: any CaptureDevice, _ period: SampleBuffer, _ absence: inout Absence
    ) throws(AudioError) -> Bool {
        let rate = device.rate
        let block = UnsafeMutableBufferPointer(rebasing: period.samples[..<min(rate / 100, SoundRing.blockSize)])
        var guardian = PaceGuard(rate: rate)
        // For how long the device was waited for in vain. A process that was itself held up has not waited.
        var vain: Int64 = 0
        var (before, isFirst, gap) = (MonotonicTime.now, true, SoundRing.Gap.absence)
        while !isStopping, !isMuted {
            let read = try device.read(into: block, within: Self.slice)
            if read.isBroken, gap == .none { gap = .overrun }
            let now = MonotonicTime.now
            guard read.count > 0 else {
                if read.isOver { return true }
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
            let end = now - Int64(device.delay) * 1_000_000_000 / Int64(rate)
            guard guardian.allows(read.count, at: now) else {
                throw AudioError(
                    .unsupported, "The microphone gives sound faster than time passes, so it is none.",
                    advice: "Choose another device: 'companion-edge devices list'.")
            }
            if isFirst, let event = absence.end(rate: rate) { journal.note(event) }
            isFirst = false
            let sound = UnsafeBufferPointer(rebasing: block[..<read.count])
            // What finds no room is missing, like what a device lost.
            if ring.push(sound, rate: rate, end: end, gap: gap) { gap = .none } else if gap == .none { gap = .overrun }
            news.tell()
        }
        return false
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
