/// What is to be heard, and how far it was heard: the playback owner's whole state. It is pure; threads and devices are elsewhere.
///
/// Three counts of samples matter. *Queue positions* number what was handed over. *Device positions* number what the device was
/// given, silence and lost time included, so that position divided by rate is time. `spans` ties the two together, and the
/// device's delay tells which device position is being heard.
///
/// All memory is taken when the queue is made: ``render(into:)``, ``wrote(_:lost:delay:)`` and ``deviceLost()`` run on the sound
/// thread, or for one that was given up, and allocate nothing.
struct PlaybackQueue: ~Copyable {
    private struct Item {
        let id: PlaybackItemID
        let start: Int64
        /// Where it ends; `nil` while more of it may come.
        var end: Int64?
        var hasStarted = false
        /// A flush took away what was not heard of it.
        var isCut = false
    }

    private enum Motion {
        case playing
        /// Going silent, to stand still afterwards.
        case pausing
        case paused
        /// Going silent, to throw away what was handed over before this queue position.
        case flushing(upTo: Int64)
    }

    private static let eventRoom = 512

    let rate: Int
    /// Samples behind the one being played that are kept, so that playing can go back to them.
    private let history: Int64
    private let ring: UnsafeMutableBufferPointer<Int16>
    private var items: [Item] = []
    private var spans = PlayedSpans()
    private var pendingEvents: [PlaybackEvent] = []

    private var pushed: Int64 = 0
    private var next: Int64 = 0
    private var oldest: Int64 = 0
    private var device: Int64 = 0
    private var heardUpTo: Int64 = 0
    /// What was rendered last and not yet confirmed.
    private var rendered: (queue: Int64, count: Int64) = (0, 0)
    private var starved = 0
    /// Device position at which the last flush had gone silent.
    private var fadedAt: Int64 = 0
    private var hasSettled = false
    private var isLost = false
    private var lastHeard: PlayedPosition?
    /// Where listening is in what the last flush ended: before this queue position.
    private var flushed: (end: Int64, heard: PlayedPosition?) = (0, nil)

    private var motion = Motion.playing
    private var gain: Float = 1
    private var level: Float = 1
    private var volume: Float = 1
    private var gainStep: Float = 0
    /// Samples until the gain has arrived.
    private var fading = 0

    /// - Parameters:
    ///   - rate: samples a second.
    ///   - seconds: how much can wait.
    ///   - history: how much of what was played can be gone back to, in seconds.
    init(rate: Int, seconds: Int, history: Int) {
        self.rate = rate
        self.history = Int64(rate * history)
        ring = .allocate(capacity: rate * (seconds + history))
        ring.initialize(repeating: 0)
        items.reserveCapacity(1024)
        pendingEvents.reserveCapacity(Self.eventRoom)
    }

    deinit {
        ring.deallocate()
    }

    // MARK: What is asked

    /// Samples that can be taken now.
    var room: Int { ring.count - Int(pushed - oldest) }
    /// Whether nothing is left to be rendered.
    var isEmpty: Bool { next == pushed }
    /// Where listening is, `nil` before anything was heard.
    var played: PlayedPosition? { lastHeard }
    /// Where listening is, or was last, in what was there at the last flush; `nil` before anything was heard. What is handed over
    /// later may be heard already when somebody asks.
    var playedBeforeFlush: PlayedPosition? { flushed.heard }
    /// Device position of the next sample written; divided by the rate it is the time since the beginning.
    var timeline: Int64 { device }
    var isPaused: Bool {
        if case .paused = motion { true } else { false }
    }

    // MARK: What comes in

    /// Appends samples to an item, which is the newest one or a new one; returns how many found room.
    mutating func push(_ samples: ArraySlice<Int16>, to id: PlaybackItemID) -> Int {
        guard !samples.isEmpty else { return 0 }
        if items.last?.id != id {
            // The one before can no longer grow.
            end(items.last?.id)
            items.append(Item(id: id, start: pushed))
        }
        let count = min(room, samples.count)
        for (offset, sample) in samples.prefix(count).enumerated() {
            ring[Int((pushed + Int64(offset)) % Int64(ring.count))] = sample
        }
        pushed += Int64(count)
        return count
    }

    /// No more of the item will come.
    mutating func end(_ id: PlaybackItemID?) {
        guard let index = items.lastIndex(where: { $0.id == id }), items[index].end == nil else { return }
        items[index].end = pushed
        listen()
    }

    /// Goes to another loudness; 1 is as it was recorded.
    mutating func duck(to level: Float, over frames: Int) {
        self.level = level
        ramp(over: frames)
    }

    /// Everything is so loud, 0 to 1.
    mutating func setVolume(_ volume: Float, over frames: Int) {
        self.volume = min(max(volume, 0), 1)
        ramp(over: frames)
    }

    mutating func pause(over frames: Int) {
        guard case .playing = motion else { return }
        motion = .pausing
        ramp(over: frames)
    }

    /// Goes on, `rewind` samples before the one that is being heard, but not before its item's beginning.
    mutating func resume(rewind: Int, over frames: Int) {
        switch motion {
        case .playing, .flushing: return
        case .pausing, .paused: break
        }
        let heard = spans.queuePosition(at: heardUpTo) ?? next
        let start = items.last { $0.start <= heard }?.start ?? heard
        goBack(to: max(heard - Int64(rewind), start))
        motion = .playing
        ramp(over: frames)
    }

    /// Goes silent and forgets what waits.
    mutating func flush(over frames: Int) {
        end(items.last?.id)
        flushed = (pushed, lastHeard)
        motion = .flushing(upTo: pushed)
        ramp(over: frames)
        if isLost { settle() }
    }

    /// Whether everything that a flush let through has been heard.
    var isFlushed: Bool {
        if case .flushing = motion { return false }
        return heardUpTo >= fadedAt
    }

    // MARK: The sound thread

    /// Fills `output`, with silence where there is no sound; returns how many samples at its front are sound.
    mutating func render(into output: UnsafeMutableBufferPointer<Int16>) -> Int {
        if isSilenced { settle() }
        var count = 0
        while count < output.count, next + Int64(count) < pushed, !isPaused, !isSilenced {
            let sample = ring[Int((next + Int64(count)) % Int64(ring.count))]
            output[count] = gain == 1 ? sample : Int16(Float(sample) * gain)
            step()
            count += 1
        }
        rendered = (next, Int64(count))
        if count > 0 { endStarvation() }
        if count < output.count {
            output[count...].update(repeating: 0)
            countStarvation(output.count - count)
            // Silence needs no ramp.
            (gain, fading) = (target, 0)
            if isSilenced { settle() }
        }
        return count
    }

    /// The device took what was rendered last, `count` samples with its silence.
    /// - Returns: whether anything changed that somebody may wait for: room, events, or how far listening is.
    mutating func wrote(_ count: Int, lost: Int, delay: Int) -> Bool {
        let wasHeard = heardUpTo
        if lost > 0 {
            device += Int64(lost)
            note(.gap(frames: lost))
        }
        if rendered.count > 0 {
            spans.append(device: device, queue: rendered.queue, count: rendered.count)
            next = max(next, rendered.queue + rendered.count)
            rendered.count = 0
        }
        device += Int64(count)
        heardUpTo = device - Int64(delay)
        oldest = max(oldest, next - history)
        listen()
        defer { hasSettled = false }
        return wasHeard < max(spans.deviceEnd, fadedAt) || !pendingEvents.isEmpty || hasSettled
    }

    /// The device went away: what it was given and nobody heard is given again.
    mutating func deviceLost() {
        rendered.count = 0
        isLost = true
        spans.cut(at: heardUpTo)
        if let heard = spans.queuePosition(at: heardUpTo) { goBack(to: heard) }
        if case .flushing = motion { settle() }
        // What had faded out and was still on its way is silent as well: nobody has to wait for it.
        fadedAt = min(fadedAt, heardUpTo)
        note(.lost)
    }

    /// The device came back after `frames` of time.
    mutating func deviceRecovered(after frames: Int) {
        device += Int64(frames)
        isLost = false
        note(.recovered)
    }

    /// Events since the last call.
    mutating func takeEvents() -> [PlaybackEvent] {
        let events = pendingEvents
        pendingEvents.removeAll(keepingCapacity: true)
        return events
    }

    // MARK: Gain

    private var target: Float {
        if case .playing = motion { level * volume } else { 0 }
    }

    private var isSilenced: Bool {
        guard gain == 0 else { return false }
        return switch motion {
        case .pausing, .flushing: true
        case .playing, .paused: false
        }
    }

    private mutating func ramp(over frames: Int) {
        fading = max(0, frames)
        gainStep = (target - gain) / Float(max(1, frames))
        if fading == 0 { gain = target }
    }

    private mutating func step() {
        guard fading > 0 else { return }
        fading -= 1
        gain = fading == 0 ? target : gain + gainStep
    }

    /// Gone silent: stands still, or throws away what was to be thrown away.
    private mutating func settle() {
        guard case .flushing(let end) = motion else {
            motion = .paused
            hasSettled = true
            return
        }
        let silent = next + rendered.count
        items.removeAll { $0.start >= silent && $0.start < end }
        for index in items.indices where items[index].start < silent && (items[index].end ?? end) > silent {
            items[index].end = silent
            items[index].isCut = true
        }
        next = max(next, end)
        // What a lost device was given is silent already.
        fadedAt = isLost ? heardUpTo : device + rendered.count
        hasSettled = true
        motion = .playing
        (gain, fading) = (target, 0)
        if items.isEmpty { note(.drained) }
    }

    // MARK: Listening

    /// Finds out which items were heard, from their beginning and to their end.
    private mutating func listen() {
        let heard = spans.queuePosition(at: heardUpTo) ?? 0
        var isNews = false
        while let item = items.first {
            if heard > item.start {
                if !item.hasStarted { note(.started(item.id)) }
                items[0].hasStarted = true
                let frame = min(heard, item.end ?? heard) - item.start
                lastHeard = PlayedPosition(item: item.id, frame: Int(frame), rate: rate)
                if item.start < flushed.end { flushed.heard = lastHeard }
            }
            guard let end = item.end, heard >= end else { break }
            if !item.isCut { note(.finished(item.id)) }
            items.removeFirst()
            isNews = true
        }
        if isNews, items.isEmpty { note(.drained) }
    }

    private mutating func goBack(to position: Int64) {
        next = max(position, oldest)
    }

    private mutating func countStarvation(_ missing: Int) {
        guard case .playing = motion, let item = items.last, item.end == nil, item.hasStarted else { return }
        starved += missing
    }

    private mutating func endStarvation() {
        if starved > 0, let item = items.last { note(.starved(item.id, frames: starved)) }
        starved = 0
    }

    /// Beyond the room for events nobody was there to read them, and the newest are left out.
    private mutating func note(_ event: PlaybackEvent) {
        if pendingEvents.count < Self.eventRoom { pendingEvents.append(event) }
    }
}
