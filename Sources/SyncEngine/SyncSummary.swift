import LocalStore

/// What a single run did.
package struct SyncSummary: Sendable, Hashable {
    /// How it ended.
    package let halt: SyncHalt
    /// Changes of this device's that the server took.
    package let sent: Int
    /// Rows that came down, those changed here among them.
    package let received: Int
    /// Changes of which something did not stand; see ``SyncEngine/conflicts(includingUndone:)``.
    package let merged: Int
    /// Changes that the server refused; see ``SyncEngine/quarantined()``.
    package let refused: Int
    /// Changes that still wait to be sent.
    package let pending: Int
    /// All that was ever refused and neither taken nor given up.
    package let quarantined: Int
    package let conflicts: Int
    package let bytesUp: Int
    package let bytesDown: Int
    package let exchanges: Int
    package let duration: Duration

    init(halt: SyncHalt, before: SyncCounters, after: SyncCounters, tables: SyncTables, duration: Duration) {
        self.halt = halt
        sent = after.applied - before.applied
        received = after.rowsReceived - before.rowsReceived
        merged = after.lost - before.lost
        refused = after.rejected - before.rejected
        pending = tables.pending
        quarantined = tables.quarantined
        conflicts = tables.conflicts
        bytesUp = after.bytesUp - before.bytesUp
        bytesDown = after.bytesDown - before.bytesDown
        exchanges = after.pushes + after.pulls - before.pushes - before.pulls
        self.duration = duration
    }

    /// Nothing waits and nothing is missing.
    package var isComplete: Bool { halt == .upToDate && pending == 0 }
}
