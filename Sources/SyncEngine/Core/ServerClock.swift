import LocalStore

/// How far this machine's clock is from the server's, learnt from answers: half of an exchange's duration is the uncertainty,
/// so quick ones count, and they are averaged (EWMA).
struct ServerClock: Sendable {
    /// The weight of a new sample.
    static let weight = 0.2
    /// A sample this far from the estimate means that the clock was set, in milliseconds.
    static let jump: Double = 5_000

    /// What to add to this machine's clock, in milliseconds; nil before the first answer.
    private(set) var offset: Double?

    /// - Parameters:
    ///   - server: the server's time in its answer.
    ///   - longest: samples that took longer are used only when nothing better is known, in milliseconds.
    mutating func learn(server: Timestamp, sent: SyncMoment, received: SyncMoment, longest: Int64) {
        let duration = max(0, received.uptime - sent.uptime)
        let middle = received.wall.milliseconds - duration / 2
        let sample = Double(server.milliseconds - middle)
        guard let old = offset else {
            offset = sample
            return
        }
        let isJump = abs(sample - old) > Self.jump + Double(duration)
        guard duration <= longest || isJump else { return }
        offset = isJump ? sample : old + Self.weight * (sample - old)
    }
}
