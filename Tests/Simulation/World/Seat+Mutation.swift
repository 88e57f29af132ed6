import GRDB
import LocalStore
import SyncEngine

/// Where the planted faults take hold.
extension Seat {
    /// Runs a step of the machine's, faulty if a mutation is about it.
    func run(_ step: StoreStep, _ transaction: StoreTransaction, _ db: Database) throws -> StoreReport {
        let step = try faulty(step, transaction, db)
        let report = try step.run(transaction, appVersion: "1.0", account: World.account(of: person))
        switch (world.mutation, step) {
        case (.losesRefused?, _): try db.execute(sql: "DELETE FROM outbox WHERE state = 9")
        case (.acknowledgesEarly?, .seal):
            try db.execute(
                sql: """
                    UPDATE sync_state SET v = max(v, coalesce((SELECT max(n) FROM outbox WHERE state = 1), 0)) WHERE k = 'acked_n'
                    """)
        case (.echoes?, .takePush(_, let page, _, _, _)), (.echoes?, .takePage(let page, _, _, _)):
            try echo(page, db)
        case (.showsShadowOnly?, .takePush), (.showsShadowOnly?, .takePage):
            try db.execute(
                sql: """
                    UPDATE sync_state SET v = 1 WHERE k = 'applying';
                    UPDATE memory SET value = coalesce((SELECT json_extract(body, '$.value') FROM shadow
                        WHERE tbl = 'memory' AND row_key = json_array(category, key) AND body IS NOT NULL), value);
                    UPDATE sync_state SET v = 0 WHERE k = 'applying'
                    """)
        default: return report
        }
        return report
    }

    /// What a faulty program does to its file at its start, after a crash.
    func spoilStart() throws {
        guard world.mutation == .sealsAfterSending else { return }
        try file.write { _, db in
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 0, n = NULL WHERE state = 1;
                    UPDATE sync_state SET v = (SELECT v FROM sync_state WHERE k = 'acked_n') + 1 WHERE k = 'next_n'
                    """)
        }
    }

    /// What it does after a change of the person's.
    func spoilWrite(_ db: Database) throws {
        switch world.mutation {
        case .changesSealed?:
            try db.execute(
                sql: """
                    UPDATE outbox SET patch = (SELECT later.patch FROM outbox later WHERE later.tbl = outbox.tbl
                        AND later.row_key = outbox.row_key AND later.state = 0 AND later.op IN ('put', 'patch') ORDER BY later.lid DESC)
                    WHERE state = 1 AND op IN ('put', 'patch') AND EXISTS (SELECT 1 FROM outbox later WHERE later.tbl = outbox.tbl
                        AND later.row_key = outbox.row_key AND later.state = 0 AND later.op IN ('put', 'patch'))
                    """)
        case .splitsGroups?:
            try db.execute(
                sql: """
                    UPDATE outbox SET patch = json_remove(patch, '$.last_topics', '$.last_assistant_message')
                    WHERE state = 0 AND tbl = 'conversation_state' AND op = 'patch'
                    """)
        case .reusesClock?:
            try db.execute(
                sql: """
                    UPDATE outbox SET hlc = (SELECT max(earlier.hlc) FROM outbox earlier WHERE earlier.lid < outbox.lid)
                    WHERE state = 0 AND lid = (SELECT max(lid) FROM outbox) AND lid > 1
                    """)
        default: break
        }
    }

    /// What it does when no answer came to a push.
    func spoilFailure() throws {
        guard world.mutation == .incrementsTwice else { return }
        try file.write { _, db in
            try db.execute(
                sql: """
                    INSERT INTO outbox (op_id, tbl, row_key, op, patch, base, hlc, wall_ms)
                    SELECT randomblob(16), tbl, row_key, op, patch, base, (SELECT v FROM sync_state WHERE k = 'last_hlc') + 1, wall_ms
                    FROM outbox WHERE state = 1 AND op = 'inc';
                    UPDATE sync_state SET v = (SELECT max(hlc) FROM outbox) WHERE k = 'last_hlc'
                        AND v < (SELECT max(hlc) FROM outbox)
                    """)
        }
    }

    private func faulty(_ step: StoreStep, _ transaction: StoreTransaction, _ db: Database) throws -> StoreStep {
        switch (world.mutation, step) {
        case (.ignoresRewind?, .deviceRewound): return .prepare
        case (.trustsLostServer?, .serverRewound(let last)):
            try db.execute(
                sql: """
                    UPDATE outbox SET n = NULL WHERE n > ?; UPDATE outbox SET state = 3 WHERE state IN (1, 2);
                    UPDATE sync_state SET v = ? WHERE k = 'acked_n'; UPDATE sync_state SET v = ? + 1 WHERE k = 'next_n';
                    DELETE FROM sync_state WHERE k = 'must_ask'
                    """, arguments: [last, last, last])
            return .prepare
        case (_, .takePush(let results, let page, let since, let epoch, let note)):
            return .takePush(
                results: results, try faulty(page, since, epoch, transaction, db), since: since, epoch: epoch, note)
        case (_, .takePage(let page, let since, let epoch, let note)):
            return .takePage(try faulty(page, since, epoch, transaction, db), since: since, epoch: epoch, note)
        default: return step
        }
    }

    private func faulty(
        _ page: PullPage, _ since: Int64, _ epoch: String?, _ transaction: StoreTransaction, _ db: Database
    ) throws -> PullPage {
        switch world.mutation {
        case .skipsRows?: return page.with(rows: page.rows.dropLast())
        case .dropsTombstones?: return page.with(rows: page.rows.filter { $0.body != nil })
        case .jumpsToHead? where page.hasMore: return page.with(to: page.head, hasMore: false)
        case .ignoresIntegrity? where !page.reset && !page.hasMore:
            var sums = (check: page.check, live: page.live)
            // Takes the page as if more came, which compares nothing, to see what the sums will be.
            try db.inSavepoint {
                _ = try transaction.takePage(page.with(hasMore: true), since: since, epoch: epoch)
                let position = try transaction.view.syncPosition()
                sums = (position.check, position.live)
                return .rollback
            }
            return page.with(check: sums.check, live: sums.live)
        default: return page
        }
    }

    private func echo(_ page: PullPage, _ db: Database) throws {
        let device = try SyncState(db).device
        for row in page.rows where row.table == "memory" && row.node != device {
            guard let body = row.body else { continue }
            try db.execute(
                sql: """
                    INSERT INTO outbox (op_id, tbl, row_key, op, patch, base, hlc, wall_ms)
                    SELECT randomblob(16), 'memory', ?, 'put', ?, ?, max(v, coalesce((SELECT max(hlc) FROM outbox), 0)) + 1, 0
                    FROM sync_state WHERE k = 'last_hlc'
                    """,
                arguments: [
                    JSONValue.array(row.rowKey.map(JSONValue.string)).text, JSONValue.object(body).text, row.sequence,
                ])
            try db.execute(sql: "UPDATE sync_state SET v = (SELECT max(hlc) FROM outbox) WHERE k = 'last_hlc'")
        }
    }
}

extension PullPage {
    fileprivate func with(
        rows: [RemoteRow]? = nil, to: Int64? = nil, hasMore: Bool? = nil, check: Int64? = nil, live: Int64? = nil
    ) -> PullPage {
        PullPage(
            reset: reset, epoch: epoch, head: head, to: to ?? self.to, hasMore: hasMore ?? self.hasMore,
            check: check ?? self.check, live: live ?? self.live, horizon: horizon, now: now, forgotten: forgotten,
            rows: rows ?? self.rows)
    }
}
