/// While sound is missed that should be there.
struct CaptureAbsence {
    private var since: Int64?
    private var attempts = 0
    /// Whether sound ever came.
    private var hasHeard = false

    /// False when it lasts already.
    mutating func begin() -> Bool {
        guard since == nil else { return false }
        since = MonotonicTime.now
        return true
    }

    /// How often the device was tried before now.
    mutating func attempt() -> Int {
        defer { attempts += 1 }
        return attempts
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
