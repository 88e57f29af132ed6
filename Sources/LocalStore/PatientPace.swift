/// How often what nobody waits for may take the writing thread, while somebody writes as well.
///
/// A write that comes while a patient one is under way waits for its end. So that most come when none is, a patient write is
/// followed by a rest of three times its length; when nobody has written for a moment, the next may follow at once.
struct PatientPace: Sendable {
    /// Rests are this many times as long as the work before them: three of four writes find the thread free.
    static let share = 3
    /// Whoever has written will probably write again within this time.
    static let company = Duration.milliseconds(250)
    /// No rest is longer, however long one transaction took.
    static let longestRest = Duration.milliseconds(200)

    private var lastOther: ContinuousClock.Instant?
    private var restsUntil: ContinuousClock.Instant?

    mutating func otherWrote(at now: ContinuousClock.Instant) { lastOther = now }

    mutating func patientWrote(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        restsUntil = end + min(Self.longestRest, (end - start) * Self.share)
    }

    /// How long the next patient write should hold back; zero when it need not.
    func rest(at now: ContinuousClock.Instant) -> Duration {
        guard let lastOther, let restsUntil, now - lastOther < Self.company, restsUntil > now else { return .zero }
        return restsUntil - now
    }
}
