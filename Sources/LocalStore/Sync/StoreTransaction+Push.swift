import GRDB

/// What became of a batch.
package struct PushSummary: Sendable, Hashable {
    package var applied = 0
    /// Operations of which something did not stand.
    package var lost = 0
    package var rejected = 0

    package init() {}
}

extension StoreTransaction {
    /// Stores the results of a batch together with the page that came with them, so that what a row was changed to here and
    /// what the server made of it change places without a gap.
    package func takePush(results: [OperationResult], page: PullPage, since: Int64, epoch: String?) throws
        -> (summary: PushSummary, outcome: PageOutcome)
    {
        // A server that takes this push has all it confirmed before, wherever its numbering stands by now.
        try db.run("UPDATE outbox SET acked_seq = ?1 WHERE state = 2 AND acked_seq > ?1", [page.head])
        let summary = try take(results, page)
        try db.setSync("must_ask", nil)
        return (summary, try takePage(page, since: since, epoch: epoch))
    }

    /// The server has put this operation aside for good: it is kept here with what it said.
    package func takeRejection(number: Int64, code: String, message: String) throws {
        guard let entry = try sealed(number) else { return }
        try quarantine(entry, code: code, message: message)
        try acknowledge(number)
        try publishIfSettled()
    }

    private func take(_ results: [OperationResult], _ page: PullPage) throws -> PushSummary {
        guard let first = results.first?.number, let last = results.last?.number else { return PushSummary() }
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT n, lower(hex(op_id)) AS id FROM outbox WHERE state = 1 AND n BETWEEN ? AND ?"),
            arguments: [first, last])
        let sealed = [Int64: String](
            rows.map { ($0["n"], OutboxEntry.uuid(hexadecimal: $0["id"])) }, uniquingKeysWith: { first, _ in first })
        var summary = PushSummary()
        var plain: ClosedRange<Int64>?
        var newest: Int64?
        for result in results {
            // What is not sealed any more has its result already: this is the answer to an earlier attempt.
            guard sealed[result.number] == result.id else { continue }
            newest = result.number
            if result.outcome == .applied, result.lost.isEmpty {
                summary.applied += 1
                if let range = plain, range.upperBound + 1 == result.number {
                    plain = range.lowerBound...result.number
                    continue
                }
                try confirm(plain, head: page.head)
                plain = result.number...result.number
            } else if let entry = try self.sealed(result.number) {
                try take(result, of: entry, page, &summary)
            }
        }
        try confirm(plain, head: page.head)
        if let newest { try acknowledge(newest) }
        return summary
    }

    /// What the server took as it was, nearly always all of a batch.
    private func confirm(_ numbers: ClosedRange<Int64>?, head: Int64) throws {
        guard let numbers else { return }
        try db.run(
            "INSERT OR IGNORE INTO sync_dirty (tbl, row_key) SELECT tbl, row_key FROM outbox WHERE state = 1 AND n BETWEEN ? AND ?",
            [numbers.lowerBound, numbers.upperBound])
        try db.run(
            "UPDATE outbox SET state = 2, acked_seq = ? WHERE state = 1 AND n BETWEEN ? AND ?",
            [head, numbers.lowerBound, numbers.upperBound])
    }

    private func take(_ result: OperationResult, of entry: OutboxEntry, _ page: PullPage, _ summary: inout PushSummary) throws {
        switch result.outcome {
        case .applied:
            try db.run("UPDATE outbox SET state = 2, acked_seq = ? WHERE lid = ?", [page.head, entry.localID])
            if try keepLost(result, of: entry) { summary.lost += 1 } else { summary.applied += 1 }
        case .lost:
            // By the server's clock, like all that is kept for a server that was set back: this machine's may be wrong.
            try db.run("UPDATE outbox SET state = 3, code = 'lost', at = ? WHERE lid = ?", [page.now, entry.localID])
            if try keepLost(result, of: entry) { summary.lost += 1 } else { summary.applied += 1 }
        case .rejected(let code, let message):
            try quarantine(entry, code: code, message: message)
            summary.rejected += 1
        }
        try db.markDirty(entry.table, entry.rowKeyText)
    }

    private func sealed(_ number: Int64) throws -> OutboxEntry? {
        try OutboxEntry.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM outbox WHERE n = ? AND state = 1"), arguments: [number])
    }

    /// Results up to this number are stored: unless there is an earlier operation without one, which must not happen, and if
    /// it did, the server would forget the answer to it.
    private func acknowledge(_ number: Int64) throws {
        try db.run(
            """
            UPDATE sync_state SET v = max(v, min(?, coalesce((SELECT min(n) - 1 FROM outbox WHERE state = 1), ?)))
            WHERE k = 'acked_n'
            """, [number, number])
    }

    /// Takes a change out of what is sent and shown, and keeps it.
    func quarantine(_ entry: OutboxEntry, code: String, message: String) throws {
        let wasRetried =
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT code FROM outbox WHERE lid = ?"), arguments: [entry.localID]) != nil
        try db.run(
            "UPDATE outbox SET state = 9, code = ?, msg = ?, at = ? WHERE lid = ?",
            [code, message, now.milliseconds, entry.localID])
        try db.run(
            "INSERT OR REPLACE INTO quarantine (lid, code, message, at, retried) VALUES (?, ?, ?, ?, ?)",
            [entry.localID, code, message, now, wasRetried])
        try db.markDirty(entry.table, entry.rowKeyText)
    }

    /// What did not stand stays to be seen. False if nothing was lost that differs from what stands.
    private func keepLost(_ result: OperationResult, of entry: OutboxEntry) throws -> Bool {
        let table = SyncedTable.named(entry.table)
        let lost = result.lost.filter { column, value in
            column != table?.latch?.column && value != result.kept[column]
                && table?.registers.contains { $0.name == column } != false
        }
        let isLostDeletion = entry.operation == "del" && result.outcome == .lost
        guard !lost.isEmpty || isLostDeletion else { return false }
        try db.run(
            "INSERT INTO conflicts (tbl, row_key, op, lost, kept, at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                entry.table, entry.rowKeyText, entry.operation, JSONValue.object(lost).text, JSONValue.object(result.kept).text,
                now,
            ])
        if entry.table == "memory", entry.rowKey.count == 2, let value = lost["value"]?.stringValue {
            try keepRevision(category: entry.rowKey[0], key: entry.rowKey[1], value: value, at: entry.hlc)
        }
        return true
    }

    /// A memory's value that did not stand is one of its former values. If it is still to be seen, replacing it makes the
    /// revision; if it has been replaced already, there is one.
    private func keepRevision(category: String, key: String, value: String, at written: HybridTime) throws {
        let isKept = try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM memory WHERE category = ?1 AND key = ?2 AND value = ?3)
                    OR EXISTS (SELECT 1 FROM memory_revisions WHERE category = ?1 AND key = ?2 AND value = ?3)
                """, arguments: [category, key, value])
        guard isKept != true else { return }
        try db.run(
            """
            INSERT INTO memory_revisions (id, user_id, category, key, value, valid_from, valid_to, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                try makeID(), userID.text, category, key, value, Timestamp(milliseconds: written.milliseconds), now,
                RevisionReason.merged.rawValue,
            ])
    }
}
