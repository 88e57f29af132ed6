/// Time since this call, which nobody can set and which goes on while the machine sleeps.
func elapsedSinceStart() -> @Sendable () -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    return { start.duration(to: clock.now) }
}
