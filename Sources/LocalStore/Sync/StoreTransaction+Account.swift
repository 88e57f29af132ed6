import Foundation
import GRDB

extension StoreTransaction {
    /// Says to which account the file is reconciled. Under another account than before, everything the person has here is new
    /// to the server: all of it is sent, and nothing of the old account's state is kept.
    ///
    /// - Parameter isMoving: the person wants everything they have here to go to that account.
    /// - Returns: whether it was another account.
    /// - Throws: ``StoreError/boundToAccount(_:)`` when the file was reconciled to another account and nobody parted the two.
    ///   The box's own file, which knows whose account is whose, may have been lost or come from elsewhere.
    @discardableResult
    package func bind(account: String, isMoving: Bool = false, newDevice: String? = nil) throws -> Bool {
        let before = try db.syncText("account")
        guard before != account else { return false }
        if let before, !isMoving, try db.syncInteger("parted") != 1 { throw StoreError.boundToAccount(before) }
        try db.setSync("account", account)
        try db.setSync("parted", nil)
        guard before != nil else { return false }
        try db.setSync("device_id", newDevice ?? randomUUID())
        try db.run("DELETE FROM outbox WHERE state <> 9")
        try db.run("UPDATE outbox SET n = NULL WHERE n IS NOT NULL")
        try db.run("DELETE FROM shadow")
        try db.run("DELETE FROM sync_dirty")
        try forgetAttachmentTransfers()
        for (key, value) in [("next_n", 1), ("acked_n", 0), ("coalesced_lid", 0), ("folded_lid", 0)] as [(String, Int64)] {
            try db.setSync(key, value)
        }
        try beginAnew(epoch: nil)
        for table in SyncedTable.all { try captureAll(table) }
        return true
    }

    /// Parts the file from its account: the next one it is bound to gets everything.
    package func partFromAccount() throws {
        guard try db.syncText("account") != nil else { return }
        try db.setSync("parted", 1)
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

extension StoreView {
    /// The account that the file was last reconciled to and is not parted from.
    package func boundAccount() throws -> String? {
        try db.syncInteger("parted") == 1 ? nil : try db.syncText("account")
    }
}
