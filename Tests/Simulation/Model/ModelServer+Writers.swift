import LocalStore

/// Everybody who is no device: the cloud companion, somebody at an SQL prompt. Triggers see what they do.
extension ModelServer {
    /// `INSERT … ON CONFLICT DO UPDATE` of some columns, or an update of an existing row: one statement, one row.
    ///
    /// A memory that the person had forgotten a short while ago is not brought back; the value goes to the conflicts.
    package mutating func write(_ row: ModelRowID, _ values: [String: JSONValue], user: String, onlyIfPresent: Bool = false) {
        guard let table = schema.tables[row.table] else { return }
        var account = account(of: user)
        let before = account.rows[row]
        if before == nil {
            guard !onlyIfPresent else { return }
            if let held = account.versions[row]?.heldUntil, held > now {
                account.conflicts.append(ModelConflict(row: row, kept: [:], lost: values, node: "srv", at: now))
                accounts[user] = account
                return
            }
        }
        var body = before ?? table.columns
        for (column, value) in values where table.columns[column] != nil { body[column] = table.stored(value, in: column) }
        let changed = Set(body.keys.filter { before == nil || body[$0] != before?[$0] }).subtracting(table.uncounted)
        account.rows[row] = body
        if !changed.isEmpty || before == nil { stamp(&account, row, isDeletion: false, columns: changed) }
        accounts[user] = account
    }

    /// `DELETE`; rows that are not there are nothing to it.
    package mutating func remove(_ row: ModelRowID, user: String) {
        guard var account = accounts[user], account.rows[row] != nil else { return }
        account.rows[row] = nil
        stamp(&account, row, isDeletion: true, columns: [])
        accounts[user] = account
    }

    private mutating func stamp(_ account: inout ModelAccount, _ row: ModelRowID, isDeletion: Bool, columns: Set<String>) {
        let clock = ModelClock(hlc: max(now << 16, account.hlc + 1), node: "srv")
        let stamp = ModelAccount.Stamp(row: row, isDeletion: isDeletion, columns: columns, clock: clock)
        account.stamp([stamp], schema: schema, now: now, random: &random)
    }
}

/// What an administrator does, by intent or by accident.
extension ModelServer {
    /// `TRUNCATE`: no row can be named, so everybody gets a new epoch.
    package mutating func truncate(_ table: String) {
        for user in accounts.keys.sorted() {
            guard var account = accounts[user] else { continue }
            account.rows = account.rows.filter { $0.key.table != table }
            account.versions = account.versions.filter { $0.key.table != table }
            account.epoch = random.uuid()
            (account.integrity, account.live) = account.recount()
            accounts[user] = account
        }
    }

    /// Drops tombstones older than `age` milliseconds; devices that have not seen them must start over.
    package mutating func collectTombstones(olderThan age: Int64) {
        for user in accounts.keys.sorted() {
            guard var account = accounts[user] else { continue }
            let old = account.versions.filter { $0.value.isDeleted && $0.value.at < now - age }
            for (row, version) in old {
                account.versions[row] = nil
                account.horizon = max(account.horizon, version.sequence)
            }
            accounts[user] = account
        }
    }

    /// A deletion that no trigger saw.
    package mutating func removeUnseen(_ row: ModelRowID, user: String) {
        accounts[user]?.rows[row] = nil
    }

    /// Finds rows and versions that do not match and numbers the difference; gives how many there were.
    package mutating func reconcile(user: String) -> Int {
        guard var account = accounts[user] else { return 0 }
        let missing = account.rows.keys.filter { account.versions[$0]?.isDeleted ?? true }.sorted()
        let gone = account.versions.filter { !$0.value.isDeleted && account.rows[$0.key] == nil }.keys.sorted()
        for row in missing {
            stamp(&account, row, isDeletion: false, columns: Set(account.rows[row].map { Array($0.keys) } ?? []))
        }
        for row in gone { stamp(&account, row, isDeletion: true, columns: []) }
        accounts[user] = account
        return missing.count + gone.count
    }

    /// After a restore the epoch is new; see the runbook. Without it only the integrity value tells.
    package mutating func renewEpoch(user: String) {
        let epoch = random.uuid()
        accounts[user]?.epoch = epoch
    }
}
