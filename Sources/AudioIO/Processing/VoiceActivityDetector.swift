/// What was heard about voices. Positions are samples at 16 kHz since capture began.
package enum VoiceActivity: Sendable, Hashable {
    /// Somebody speaks since `position`, the first sample of the first window with a voice.
    case started(position: Int64)
    /// Nobody has spoken for a moment since `position`, the sample after the last window with a voice. It may be the end: then
    /// ``ended(position:)`` follows, otherwise ``resumed(position:)``.
    case paused(position: Int64)
    /// The voice that paused goes on, in the window that begins at `position`.
    case resumed(position: Int64)
    /// Nobody speaks any more since `position`, the sample after the last window with a voice.
    case ended(position: Int64)
    /// Judging takes longer than the sound lasts; it is behind by so many milliseconds. Times that are reckoned from it are late.
    case behind(milliseconds: Int)
    /// It has caught up again.
    case caughtUp
}

/// Finds where voices begin and end. Two thresholds keep it from flickering: one to begin, a lower one to go on. Where that is
/// asked for, a voice in the background of another is none.
package struct VoiceActivityDetector: Sendable {
    package struct Settings: Sendable, Hashable {
        /// Probability at which a voice begins, 0…1.
        package var activation: Float = 0.5
        /// Probability below which it may be over; lower than `activation`.
        package var deactivation: Float = 0.35
        /// So long a voice has to last, in milliseconds.
        package var minimumSpeech = 60
        /// So long it has to be quiet until a voice counts as over, in milliseconds.
        package var minimumSilence = 250
        /// So long it has to be quiet until a voice that goes on counts as pausing, in milliseconds; shorter than `minimumSilence`.
        package var pause = 90
        /// Sound kept from before a voice, in milliseconds.
        package var preRoll = 500
        /// Whether who is clearly quieter than the person was a moment ago is somebody else, see ``VoiceLoudness``.
        package var leavesOutBackground = false
        /// Behind real time by so much is told, in milliseconds.
        package var alarm = 200

        package init() {}
    }

    package var settings: Settings
    /// Raises both thresholds: what is known to be partly our own voice has to be clearer. 0…1; with 1 nothing is a voice.
    package var caution: Float = 0
    /// Of the last window judged, 0…1.
    package private(set) var probability: Float = 0
    /// Whether a voice has begun and not ended.
    package private(set) var isSpeaking = false
    /// Windows that were not judged because judging was behind.
    package private(set) var skipped = 0

    private var model: any VoiceActivityModel
    private var loudness = VoiceLoudness()
    private var window: [Int16] = []
    /// Sound of the last while, and the position after its last sample.
    private var kept: [Int16] = []
    private var end: Int64?
    /// Where voice began that is not long enough yet, and where the last one was heard.
    private var candidate: Int64?
    private var lastVoice: Int64 = 0
    private var isPausing = false
    private var isBehind = false
    private var skipsNext = false

    package init(model: any VoiceActivityModel, settings: Settings = Settings()) {
        self.model = model
        self.settings = settings
        window.reserveCapacity(VoiceWindow.samples)
    }

    /// Takes the sound that begins at `position`. Between it and the sound before, time may be missing.
    /// - Parameter delay: how long ago its last sample was heard, in milliseconds, at the beginning of this call.
    package mutating func accept(_ samples: [Int16], at position: Int64, delay: Int = 0) throws -> [VoiceActivity] {
        var events: [VoiceActivity] = []
        if let end, position != end { skip(to: position, &events) }
        watch(delay, &events)
        keep(samples)
        for (index, sample) in samples.enumerated() {
            window.append(sample)
            guard window.count == VoiceWindow.samples else { continue }
            try judge(endingAt: position + Int64(index) + 1, &events)
            window.removeAll(keepingCapacity: true)
        }
        end = position + Int64(samples.count)
        return events
    }

    /// The sound since `position`, as far as it is still there, and where that begins.
    package func sound(since position: Int64) -> (samples: [Int16], position: Int64) {
        guard let end else { return ([], position) }
        let start = min(max(position, end - Int64(kept.count)), end)
        return (Array(kept.suffix(Int(end - start))), start)
    }

    /// Where the sound begins that belongs to a voice which began at `position`.
    package func preRoll(before position: Int64) -> Int64 {
        position - Int64(settings.preRoll * VoiceWindow.rate / 1000)
    }

    /// Forgets what was heard, as if nobody had spoken. The sound is gone as well.
    package mutating func forget() {
        model.reset()
        window.removeAll(keepingCapacity: true)
        kept.removeAll(keepingCapacity: true)
        (end, candidate, isSpeaking, isPausing, probability) = (nil, nil, false, false, 0)
        loudness.forget()
    }

    /// Whoever speaks next may be quieter than who spoke before.
    package mutating func expectAnybody() { loudness.forget() }

    /// Time is missing. What was being judged is incomplete, and a voice before the gap is over if the gap is long enough.
    private mutating func skip(to position: Int64, _ events: inout [VoiceActivity]) {
        model.reset()
        window.removeAll(keepingCapacity: true)
        kept.removeAll(keepingCapacity: true)
        if !isSpeaking { drop() } else if position - lastVoice >= frames(settings.minimumSilence) { finish(&events) }
    }

    /// The voice is over.
    private mutating func finish(_ events: inout [VoiceActivity]) {
        (isSpeaking, isPausing) = (false, false)
        loudness.end(at: lastVoice)
        events.append(.ended(position: lastVoice))
    }

    /// What might have become a voice is none.
    private mutating func drop() {
        guard candidate != nil else { return }
        candidate = nil
        loudness.end(at: lastVoice)
    }

    private mutating func watch(_ delay: Int, _ events: inout [VoiceActivity]) {
        if !isBehind, delay >= settings.alarm {
            isBehind = true
            events.append(.behind(milliseconds: delay))
        } else if isBehind, delay < settings.alarm / 2 {
            isBehind = false
            events.append(.caughtUp)
        }
    }

    private mutating func keep(_ samples: [Int16]) {
        kept += samples
        // Cut seldom, because cutting moves everything. A voice that is beginning has been there for a moment already.
        let room = Int(frames(settings.preRoll + settings.minimumSpeech)) + 4 * VoiceWindow.samples
        if kept.count > 2 * room { kept.removeFirst(kept.count - room) }
    }

    private mutating func judge(endingAt end: Int64, _ events: inout [VoiceActivity]) throws {
        // Behind, every other window is taken to be like the one before it: half the work, and 32 ms less exact.
        if isBehind, skipsNext {
            skipsNext = false
            skipped += 1
        } else {
            probability = try model.probability(of: window)
            skipsNext = true
        }
        if settings.leavesOutBackground { loudness.hear(window) }
        let threshold = isSpeaking || candidate != nil ? settings.deactivation : settings.activation
        if probability >= threshold + caution, isForeground(endingAt: end) {
            lastVoice = end
            if settings.leavesOutBackground { loudness.count() }
            if isPausing {
                isPausing = false
                events.append(.resumed(position: end - Int64(VoiceWindow.samples)))
            }
            guard !isSpeaking else { return }
            let start = candidate ?? end - Int64(VoiceWindow.samples)
            candidate = start
            guard end - start >= frames(settings.minimumSpeech) else { return }
            (isSpeaking, candidate) = (true, nil)
            events.append(.started(position: start))
        } else if isSpeaking {
            if !isPausing, end - lastVoice >= frames(settings.pause) {
                isPausing = true
                events.append(.paused(position: lastVoice))
            }
            guard end - lastVoice >= frames(settings.minimumSilence) else { return }
            finish(&events)
        } else {
            drop()
        }
    }

    /// Whether the window, which has a voice in it, is of the person who speaks or begins to.
    private mutating func isForeground(endingAt end: Int64) -> Bool {
        guard settings.leavesOutBackground else { return true }
        return isSpeaking ? loudness.isOfVoice(at: end) : loudness.mayBegin(at: end)
    }

    private func frames(_ milliseconds: Int) -> Int64 {
        Int64(milliseconds * VoiceWindow.rate / 1000)
    }
}
