import Foundation
import GRDB

extension StoreTransaction {
    /// Says to which account the file is reconciled. Under another account than before, everything the person has here is new
    /// to the server: all of it is sent, and nothing of the old account's state is kept.
    ///
    /// - Returns: whether it was another account.
    @discardableResult
    package func bind(account: String, newDevice: String? = nil) throws -> Bool {
        let before = try db.syncText("account")
        guard before != account else { return false }
        try db.setSync("account", account)
        guard before != nil else { return false }
        try db.setSync("device_id", newDevice ?? randomUUID())
        try db.run("DELETE FROM outbox WHERE state <> 9")
        try db.run("UPDATE outbox SET n = NULL WHERE n IS NOT NULL")
        try db.run("DELETE FROM shadow")
        try db.run("DELETE FROM sync_dirty")
        try forgetAttachmentTransfers()
        for (key, value) in [("next_n", 1), ("acked_n", 0), ("coalesced_lid", 0)] as [(String, Int64)] {
            try db.setSync(key, value)
        }
        try beginAnew(epoch: nil)
        for table in SyncedTable.all { try captureAll(table) }
        return true
    }

    /// Puts every row of a table into the outbox, as if it had just been written.
    private func captureAll(_ table: SyncedTable) throws {
        let pairs = table.columns.map { "'\($0.name)', \(ChangeCapture.value("t.\($0.name)", $0.kind))" }
        let key = table.key.isEmpty ? "'[]'" : "json_array(\(table.key.map { "t.\($0)" }.joined(separator: ", ")))"
        let start = try tick().rawValue
        try db.execute(
            sql: """
                INSERT INTO outbox (op_id, tbl, row_key, op, patch, base, hlc, wall_ms, boot_id, uptime_ms)
                SELECT randomblob(16), ?, \(key), ?, json_object(\(pairs.joined(separator: ", "))), NULL,
                    ? + row_number() OVER (ORDER BY t.rowid), ?, NULL, NULL
                FROM \(table.name) t ORDER BY t.rowid
                """,
            arguments: [table.name, table.isAppendOnly ? "ins" : "put", start, now.milliseconds])
        try db.setSync("last_hlc", try Int64.fetchOne(db, sql: "SELECT max(hlc) FROM outbox") ?? start)
    }
}
