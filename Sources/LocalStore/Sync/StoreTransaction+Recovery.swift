import Foundation
import GRDB

extension StoreTransaction {
    /// How long sent changes are kept so that a server which was set back can be given them again, in milliseconds: 14 days.
    static let journalRetention: Int64 = 14 * 86_400_000

    /// This file is a copy, or was restored: the server has had operations under these numbers from another state of it. From
    /// now on it is a device of its own, and what was not confirmed is numbered anew.
    ///
    /// - Returns: the new device id.
    @discardableResult
    package func takeDeviceRewound(newDevice: String? = nil) throws -> String {
        let newDevice = try newDevice ?? randomUUID()
        try db.setSync("device_id", newDevice)
        try db.run("UPDATE outbox SET state = 0 WHERE state < 2 AND state = 1")
        try db.run("UPDATE outbox SET n = NULL WHERE n IS NOT NULL")
        try db.setSync("next_n", 1)
        try db.setSync("acked_n", 0)
        try db.setSync("coalesced_lid", 0)
        try beginAnew(epoch: try db.syncText("epoch"))
        return newDevice
    }

    /// Becomes a device of its own when the file was brought back from a backup since the last call. Call before syncing.
    ///
    /// - Returns: whether it was.
    package func takeOverRestore(newDevice: String? = nil) throws -> Bool {
        guard let restored = try db.syncText("restored_at"), try db.syncText("restore_taken") != restored else { return false }
        try db.setSync("restore_taken", restored)
        // A file that was never synced has nothing to clash with.
        if try view.syncPosition().nextNumber > 1 { try takeDeviceRewound(newDevice: newDevice) }
        return true
    }

    /// The server was set back and has this device's operations only up to `last`: later ones are sent again, in their order.
    package func takeServerRewound(last: Int64) throws {
        try closeFolding()
        let later = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT DISTINCT tbl, row_key FROM outbox WHERE n > ? AND state IN (1, 2, 3)"),
            arguments: [last])
        try db.run(
            """
            UPDATE outbox SET state = 0, n = NULL, acked_seq = NULL, code = NULL, at = NULL WHERE n > ? AND state IN (1, 2, 3)
            """, [last])
        try db.run("UPDATE outbox SET n = NULL WHERE n > ?", [last])
        // The versions they were made on are of a future that the server has lost.
        try db.run("UPDATE outbox SET base = NULL WHERE state < 2 AND state = 0")
        try db.run("UPDATE shadow SET published = NULL")
        try db.setSync("next_n", last + 1)
        try db.setSync("acked_n", last)
        try db.setSync("must_ask", nil)
        for row in later { try db.markDirty(row["tbl"], row["row_key"]) }
    }

    /// Throws away sent changes of long ago, and deletions that the server itself no longer tells of.
    ///
    /// - Parameter serverTime: in milliseconds; a machine whose clock was set a year ahead must not lose its journal.
    func collectGarbage(horizon: Int64, serverTime: Int64) throws {
        try db.run("DELETE FROM outbox WHERE state = 3 AND at < ?", [serverTime - Self.journalRetention])
        guard try db.syncInteger("swept_horizon") ?? 0 != horizon else { return }
        try db.run("DELETE FROM shadow WHERE body IS NULL AND seq <= ?", [horizon])
        try db.setSync("swept_horizon", horizon)
    }
}
