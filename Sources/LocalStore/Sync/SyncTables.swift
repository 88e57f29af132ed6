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
        func count(_ table: String) throws -> Int {
            Int(try db.integers(of: db.cachedStatement(sql: "SELECT count(*) FROM \(table)")).first ?? 0)
        }
        let state = try db.syncValues()
        let oldest = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT wall_ms FROM outbox WHERE state < 2 ORDER BY lid LIMIT 1"))
        return SyncTables(
            position: try SyncPosition(state), pending: try count("outbox WHERE state < 2"),
            oldestPending: oldest.map(Timestamp.init(milliseconds:)), quarantined: try count("quarantine"),
            conflicts: try count("conflicts WHERE undone_at IS NULL"), serverLive: state.integer("server_live") ?? 0,
            unpublished: try count("sync_dirty"),
            lastCheckpoint: state.integer("checkpoint_ms").map(Timestamp.init(milliseconds:)),
            clockOffset: state.integer("clock_offset_ms") ?? 0, divergences: state.integer("divergences") ?? 0,
            resets: state.integer("resets") ?? 0, heardInBoot: state.text("heard_boot"))
    }
}
