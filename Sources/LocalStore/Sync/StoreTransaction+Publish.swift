import GRDB

extension StoreTransaction {
    /// Rows taken or published in one transaction; what is more waits for the next, so that a person's own writes need not.
    package static let publishedAtOnce = 200
    /// Of these, rows whose visible form changes: with the search index, one costs as much as three that stay as they are.
    static let changedAtOnce = 80

    /// Makes visible rows of what the last complete pull brought and of what became of this device's changes.
    ///
    /// - Returns: how many rows still wait. Nothing happens while a pull is under way: the person never sees half of one.
    @discardableResult
    package func publish(limit: Int = Self.publishedAtOnce) throws -> Int {
        guard try db.syncInteger("publishing") == 1 else { return 0 }
        let dirty = try dirtyRows(limit: limit)
        if !dirty.isEmpty {
            try ensureParent()
            try show(dirty, areAll: dirty.count < limit)
        }
        let left = try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM sync_dirty")) ?? 0
        if left == 0 { try db.setSync("publishing", 0) }
        return left
    }

    /// What others refer to comes first.
    private func dirtyRows(limit: Int) throws -> [(table: String, key: String)] {
        var result: [(table: String, key: String)] = []
        for condition in ["tbl = 'profiles'", "tbl = 'conversations'", "tbl NOT IN ('profiles', 'conversations')"] {
            guard result.count < limit else { break }
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT tbl, row_key FROM sync_dirty WHERE \(condition) LIMIT ?"),
                arguments: [limit - result.count])
            result += rows.map { (table: $0["tbl"], key: $0["row_key"]) }
        }
        return result
    }

    /// Shows what changed outside of a pull, such as a change that was given up. While the shadow is not complete it waits for
    /// the pull that completes it.
    func publishIfSettled() throws {
        let position = try view.syncPosition()
        guard !position.isPullingAll, !position.mustAsk, try db.syncInteger("checkpoint_seq") == position.cursor else { return }
        try db.setSync("publishing", 1)
        try publish()
    }

    /// Every row refers to the person's own. If neither side has that, it begins here and travels like any other.
    private func ensureParent() throws {
        guard try view.profile() == nil else { return }
        if try Shadow(db).row("profiles", "[]").body == nil { _ = try ensureProfile() }
    }

    private func show(_ rows: [(table: String, key: String)], areAll: Bool) throws {
        let device = try view.syncPosition().deviceID
        let shadow = try Shadow(db)
        try db.silently {
            var removals: [(SyncedTable, String)] = []
            var done = 0
            var changed = 0
            for (name, key) in rows where changed < Self.changedAtOnce {
                done += 1
                try db.run("UPDATE shadow SET published = seq WHERE tbl = ? AND row_key = ?", [name, key])
                // A table that this program does not know stays in the shadow, for a later version to show.
                guard let table = SyncedTable.named(name) else { continue }
                let row = try shadow.visibleRow(table, key, device: device)
                if row.body == nil, table.isParent {
                    removals.append((table, key))
                } else {
                    let before = db.totalChangesCount
                    try show(row, key, in: table, device: device)
                    if db.totalChangesCount != before { changed += 1 }
                }
            }
            if areAll, done == rows.count {
                try db.run("DELETE FROM sync_dirty")
            } else {
                for (name, key) in rows.prefix(done) {
                    try db.run("DELETE FROM sync_dirty WHERE tbl = ? AND row_key = ?", [name, key])
                }
            }
            // A conversation goes after its messages.
            for (table, key) in removals { try show(MergedRow(), key, in: table, device: device) }
        }
    }

    private func show(_ row: MergedRow, _ keyText: String, in table: SyncedTable, device: String) throws {
        let key = try JSONValue(parsing: keyText).arrayValue?.compactMap(\.stringValue) ?? []
        // A key of another shape comes from a server that names rows differently; it stays in the shadow.
        guard key.count == table.key.count else { return }
        let visible = VisibleTable(db: db, userID: userID, table: table)
        let current = try visible.current(key)
        try visible.show(row, key: key, over: current)
        guard table.name == "memory" else { return }
        let before = current?["value"]
        guard let node = row.clock?.node, node != device, let after = row.body?["value"], before != after else { return }
        try db.run(
            """
            INSERT OR REPLACE INTO memory_provenance (memory_id, source, device_id)
            SELECT id, ?, ? FROM memory WHERE user_id = ? AND category = ? AND key = ?
            """, [MemorySource.cloud.rawValue, node, userID.text, key[0], key[1]])
    }
}
