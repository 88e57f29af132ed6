import GRDB

/// What a file says of its own place in sync.
struct SyncState: Sendable, Hashable {
    let device: String
    let cursor: Int64
    let epoch: String?
    let lastClock: Int64
    /// What is added to the machine's clock to get the server's, in milliseconds.
    let clockOffset: Int64

    init(_ db: Database) throws {
        var (device, epoch) = ("", String?.none)
        var (cursor, lastClock, clockOffset): (Int64, Int64, Int64) = (0, 0, 0)
        try db.forEachRow(
            "SELECT k, v FROM sync_state WHERE k IN ('device_id', 'cursor', 'epoch', 'clock_offset_ms', 'last_hlc')"
        ) { row in
            switch row.text(0) {
            case "device_id": device = row.text(1)
            case "epoch": epoch = row.textIfPresent(1)
            case "cursor": cursor = row.integer(1)
            case "clock_offset_ms": clockOffset = row.integer(1)
            default: lastClock = row.integer(1)
            }
        }
        (self.device, self.epoch) = (device, epoch)
        (self.cursor, self.lastClock, self.clockOffset) = (cursor, lastClock, clockOffset)
    }
}
