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
        let values = try Row.fetchAll(db.cachedStatement(sql: "SELECT k, v FROM sync_state")).reduce(
            into: [String: DatabaseValue]()
        ) {
            $0[$1["k"]] = $1["v"]
        }
        device = values["device_id"].flatMap(String.fromDatabaseValue) ?? ""
        cursor = values["cursor"].flatMap(Int64.fromDatabaseValue) ?? 0
        epoch = values["epoch"].flatMap(String.fromDatabaseValue)
        clockOffset = values["clock_offset_ms"].flatMap(Int64.fromDatabaseValue) ?? 0
        lastClock = values["last_hlc"].flatMap(Int64.fromDatabaseValue) ?? 0
    }
}
