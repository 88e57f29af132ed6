import Glibc

/// What systemd tells a service through its environment.
struct SystemdEnvironment: Sendable, Hashable {
    /// The first descriptor that systemd hands over.
    static let firstDescriptor: Int32 = 3

    /// Where to report readiness and life; `nil` when nobody listens.
    let notifySocket: String?
    /// How often a sign of life is due at the latest; `nil` when nobody waits for one.
    let watchdog: Duration?
    /// Listening sockets handed over (socket activation).
    let listeners: [Int32]
    /// Whether standard error goes to the journal, as `device:inode` of the stream that systemd connected.
    let journalStream: String?

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `LISTEN_FDS` and `JOURNAL_STREAM`. Values meant for another process (`WATCHDOG_PID`, `LISTEN_PID`)
    /// and values that are no numbers count as absent: they come from somebody else's set-up.
    init(_ environment: [String: String], processID: Int32) {
        notifySocket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }

        let watchdogIsOurs = environment["WATCHDOG_PID"].map { Int32($0) == processID } ?? true
        let period = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
        watchdog = period.flatMap { watchdogIsOurs && $0 > 0 ? .microseconds($0) : nil }

        let listenersAreOurs = environment["LISTEN_PID"].flatMap { Int32($0) } == processID
        let count = environment["LISTEN_FDS"].flatMap { Int32($0) } ?? 0
        journalStream = environment["JOURNAL_STREAM"]
        listeners = listenersAreOurs && (1...64).contains(count) ? (0..<count).map { Self.firstDescriptor + $0 } : []
    }
    /// Whether the journal reads what is written to `descriptor`; a redirection after systemd's counts.
    func journalReads(_ descriptor: Int32) -> Bool {
        var status = stat()
        return journalStream != nil && fstat(descriptor, &status) == 0 && journalStream == "\(status.st_dev):\(status.st_ino)"
    }
}
