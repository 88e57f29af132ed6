import CompanionServices

/// What is counted in a spoken conversation.
struct VoiceMetrics: Sendable, Hashable, Codable {
    /// Latencies kept for the percentiles.
    private static let kept = 200

    var turns = 0
    var interruptions = 0
    /// Times the companion stood still for nothing and went on.
    var resumed = 0
    /// Refused because it was our own voice.
    var echoes = 0
    var backChannels = 0
    /// Answers prepared for a turn that went on.
    var discarded = 0
    var troubles = 0
    /// Times the microphone or the loudspeaker went away.
    var losses = 0
    /// Times listening fell behind the sound.
    var behind = 0
    /// Seconds the loudspeaker stood still while it had something to say, and those in which speech was not made in time.
    var gap = 0.0
    var starved = 0.0
    /// Milliseconds from the last of the person's voice to the first of ours, of the last turns.
    private(set) var latencies: [Int] = []
    /// Seconds of speech recognised, and of the processor that took.
    private(set) var recognised = 0.0
    private(set) var recognising = 0.0

    mutating func note(_ times: TurnTimes) {
        latencies.append(times.total)
        if latencies.count > Self.kept { latencies.removeFirst() }
    }

    mutating func note(_ transcript: Transcript) {
        recognised += transcript.audioSeconds
        recognising += transcript.computeSeconds
    }

    mutating func note(_ reason: TurnEffect.RefusalReason) {
        switch reason {
        case .echo: echoes += 1
        case .backChannel: backChannels += 1
        case .nothing, .stop, .hold: break
        }
    }

    /// Milliseconds; `nil` before the first turn.
    func latency(percentile: Double) -> Int? {
        guard !latencies.isEmpty else { return nil }
        let sorted = latencies.sorted()
        return sorted[min(sorted.count - 1, Int((Double(sorted.count - 1) * percentile / 100).rounded()))]
    }
}
