import GRDB

/// How reconciling stands, read from the tables: nothing of it is remembered elsewhere, so it is true after any crash.
package struct SyncTables: Sendable, Hashable {
    package let position: SyncPosition
    /// Changes that the server has not confirmed.
    package let pending: Int
    /// When the oldest of them was made.
    package let oldestPending: Timestamp?
    package let quarantined: Int
    /// Merges in which something did not stand and was not brought back.
    package let conflicts: Int
    /// Live rows the server has, as it last said.
    package let serverLive: Int64
    /// Rows that wait to be published.
    package let unpublished: Int
    /// When the shadow was last known to be exactly what the server has.
    package let lastCheckpoint: Timestamp?
    /// What to add to this machine's clock to get the server's, in milliseconds.
    package let clockOffset: Int64
    /// How often the rows did not add up to the server's integrity value.
    package let divergences: Int64
    /// How often the pull began anew.
    package let resets: Int64
    /// The server was heard since the machine was started, so its clock can be trusted.
    package let heardInBoot: String?

    /// Whether anything was ever complete under this history of the server's.
    package var hasSynced: Bool { lastCheckpoint != nil && !position.isPullingAll }
}

extension StoreView {
    package func syncTables() throws -> SyncTables {
        let oldest = try Int64.fetchOne(db, sql: "SELECT wall_ms FROM outbox WHERE state < 2 ORDER BY lid LIMIT 1")
        return SyncTables(
            position: try syncPosition(),
            pending: try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox WHERE state < 2") ?? 0,
            oldestPending: oldest.map(Timestamp.init(milliseconds:)),
            quarantined: try Int.fetchOne(db, sql: "SELECT count(*) FROM quarantine") ?? 0,
            conflicts: try Int.fetchOne(db, sql: "SELECT count(*) FROM conflicts WHERE undone_at IS NULL") ?? 0,
            serverLive: try db.syncInteger("server_live") ?? 0,
            unpublished: try Int.fetchOne(db, sql: "SELECT count(*) FROM sync_dirty") ?? 0,
            lastCheckpoint: try db.syncInteger("checkpoint_ms").map(Timestamp.init(milliseconds:)),
            clockOffset: try db.syncInteger("clock_offset_ms") ?? 0, divergences: try db.syncInteger("divergences") ?? 0,
            resets: try db.syncInteger("resets") ?? 0, heardInBoot: try db.syncText("heard_boot"))
    }
}
