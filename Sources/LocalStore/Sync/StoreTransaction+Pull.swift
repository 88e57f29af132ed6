import GRDB

/// What taking a page led to.
package enum PageOutcome: Sendable, Hashable {
    /// The store has moved on since the page was asked for; nothing was taken.
    case stale
    /// The pull begins anew from 0: the server asked for it, or the rows did not add up to its integrity value.
    case reset(PullReset)
    /// Taken; there are more pages.
    case more
    /// Complete, and the integrity value agrees; so many rows still wait to be published.
    case complete(waiting: Int)
    /// Complete, but the rows do not add up although they were pulled anew before: somebody must look. Nothing is published.
    case diverged
}

package enum PullReset: Sendable, Hashable {
    /// The server no longer knows the cursor: it was restored, or this device was away for too long.
    case requested
    /// The rows did not add up to the server's integrity value.
    case divergence
}

extension StoreTransaction {
    /// 2^52: integrity values are sums modulo this.
    static let tagModulus: Int64 = 1 << 52
    /// How long after a repair that did not help another is tried, in milliseconds: a day.
    static let repairInterval: Int64 = 86_400_000

    /// Takes one page into the shadow, and the cursor with it. When it is the last and everything adds up, what it changes
    /// becomes visible, or waits for ``publish(limit:)`` if that is much.
    ///
    /// - Parameters:
    ///   - since, epoch: what the page was asked with.
    package func takePage(_ page: PullPage, since: Int64, epoch: String?) throws -> PageOutcome {
        let position = try view.syncPosition()
        guard position.cursor == since, position.epoch == epoch else { return .stale }
        let forgetting = try takeForgetting(page.forgotten, position)
        if page.reset || (position.epoch != nil && page.epoch != position.epoch) || forgetting == .begunAnew {
            try beginAnew(epoch: page.epoch)
            // Whatever it confirmed is meant to be gone.
            if forgetting != .known { try db.setSync("must_ask", nil) }
            // A server that has nothing of this person's has none of this device's operations either.
            if page.epoch == nil, position.acked > 0 { try takeServerRewound(last: 0) }
            return .reset(.requested)
        }
        if isIdle(page, position) {
            try settle(page, position)
            return .complete(waiting: try publishAll())
        }
        if position.epoch != page.epoch { try db.setSync("epoch", page.epoch) }
        if since == 0 { try db.setSync("floor", page.head) }
        try db.setSync("head", page.head)
        try db.setSync("server_live", page.live)
        if page.horizon != position.horizon { try db.setSync("horizon", page.horizon) }
        let sums = try mirror(page.rows, check: position.check, live: position.live)
        try db.setSync("cursor", page.to)
        guard !page.hasMore else { return .more }
        return try complete(page, check: sums.check, live: sums.live)
    }

    /// Forgets the place in the server's history and keeps everything else: the next pull is a full one. The rows stay visible
    /// until it is complete.
    package func beginAnew(epoch: String?) throws {
        let before = try db.syncText("epoch")
        try db.setSync("epoch", epoch)
        try db.setSync("floor", nil)
        for key in ["cursor", "chk", "live", "publishing"] { try db.setSync(key, 0) }
        try db.setSync("pulling_all", 1)
        try db.setSync("must_ask", try db.syncInteger("acked_n") ?? 0 > 0 ? 1 : nil)
        try db.addSync("gen")
        try db.addSync("resets")
        // Their effects are in the server's state by now, wherever its numbering stands.
        try db.run("UPDATE outbox SET acked_seq = 0 WHERE state = 2")
        guard let before, before != epoch else { return }
        try closeFolding()
        // Version numbers of another history mean nothing in this one. What was sealed with one and has been taken is answered from
        // the ledger, whatever it says by now; what has not must not seem to have seen what it never saw.
        try db.run("UPDATE outbox SET base = NULL WHERE state < 2")
        try db.run("UPDATE shadow SET published = NULL")
    }

    /// Nothing new, and nothing left to do: the usual answer, which writes nothing.
    private func isIdle(_ page: PullPage, _ position: SyncPosition) -> Bool {
        page.rows.isEmpty && !page.hasMore && page.to == position.cursor && page.head == position.head
            && page.horizon == position.horizon && page.epoch == position.epoch && !position.isPullingAll
            && page.check == position.check && page.live == position.live
    }

    private func mirror(_ rows: [RemoteRow], check: Int64, live: Int64) throws -> (check: Int64, live: Int64) {
        let shadow = try Shadow(db)
        var (check, live) = (check, live)
        for row in rows {
            let change = try shadow.mirror(row)
            check = (check + change.tag + Self.tagModulus) % Self.tagModulus
            live += change.live
        }
        try db.setSync("chk", check)
        try db.setSync("live", live)
        try advanceClock(seeing: rows.map(\.hlc))
        return (check, live)
    }

    private func complete(_ page: PullPage, check: Int64, live: Int64) throws -> PageOutcome {
        guard check == page.check, live == page.live else { return try repair(page) }
        if try db.syncInteger("pulling_all") != 0 {
            let generation = try Shadow(db).generation
            try db.run(
                "INSERT OR IGNORE INTO sync_dirty (tbl, row_key) SELECT tbl, row_key FROM shadow WHERE gen <> ?", [generation])
            try db.run("DELETE FROM shadow WHERE gen <> ?", [generation])
            try db.setSync("pulling_all", 0)
            try db.setSync("floor", nil)
        }
        try settle(page, try view.syncPosition())
        return .complete(waiting: try publishAll())
    }

    /// Nothing is shown while the server may have been set back: what it has is then without what this device did to it, and a person
    /// would build on that. Its answer to the next push tells.
    private func publishAll() throws -> Int {
        guard try db.syncInteger("must_ask") ?? 0 == 0 else { return 0 }
        let waiting = try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM sync_dirty")) ?? 0
        guard waiting > 0 else { return 0 }
        try db.setSync("publishing", 1)
        // This transaction has a page behind it already.
        return waiting > Self.publishedAtOnce ? waiting : try publish()
    }

    /// What follows from standing at the head: confirmed changes are in the shadow, and old journal entries may go.
    private func settle(_ page: PullPage, _ position: SyncPosition) throws {
        try db.run(
            "UPDATE outbox SET state = 3, at = ? WHERE state = 2 AND acked_seq <= ?", [page.now, position.cursor])
        if !position.mustAsk, try isAheadOfServer() {
            try db.setSync("must_ask", 1)
            try db.setSync("publishing", 0)
        }
        let last = try db.syncInteger("checkpoint_ms") ?? 0
        // A device at rest need not write for every look.
        if position.cursor != (try db.syncInteger("checkpoint_seq") ?? -1) || abs(now.milliseconds - last) > 300_000 {
            try db.setSync("checkpoint_ms", now.milliseconds)
            try db.setSync("checkpoint_seq", position.cursor)
            try collectGarbage(horizon: position.horizon, serverTime: page.now)
        }
    }

    /// All the server has is here, and yet it confirmed a change under a higher number: it was set back in between.
    private func isAheadOfServer() throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 2)")) == true
    }

    /// The rows do not add up. They are pulled anew once for each epoch and horizon; if that does not help, somebody must look.
    private func repair(_ page: PullPage) throws -> PageOutcome {
        try db.addSync("divergences")
        let occasion = "\(page.epoch ?? "none"):\(page.horizon)"
        let last = try db.syncInteger("repair_ms") ?? 0
        let isRecent = abs(now.milliseconds - last) < Self.repairInterval
        if try db.syncText("repair_of") == occasion, isRecent { return .diverged }
        try db.setSync("repair_of", occasion)
        try db.setSync("repair_ms", now.milliseconds)
        try beginAnew(epoch: page.epoch)
        return .reset(.divergence)
    }

    private func advanceClock(seeing remote: [HybridTime]) throws {
        let time = Timestamp(milliseconds: now.milliseconds + (try db.syncInteger("clock_offset_ms") ?? 0))
        let seen = try remote.reduce(view.lastHybridTime()) { $0.receiving($1, at: time) }
        try db.run("UPDATE sync_state SET v = max(v, ?) WHERE k = 'last_hlc'", [seen.rawValue])
    }
}
