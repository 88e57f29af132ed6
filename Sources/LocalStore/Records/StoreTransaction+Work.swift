import GRDB

extension StoreView {
    /// By due time, the next one first.
    package func reminders(states: [ReminderState]? = nil, kind: ReminderKind? = nil) throws -> [Reminder] {
        var arguments: [(any DatabaseValueConvertible)?] = [kind?.rawValue]
        var filter = "(?1 IS NULL OR kind = ?1)"
        if let states {
            filter += " AND state IN (\(placeholders(states.count)))"
            arguments += states.map { $0.rawValue as (any DatabaseValueConvertible)? }
        }
        return try Reminder.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM reminders WHERE \(filter) ORDER BY due_at, id"),
            arguments: StatementArguments(arguments))
    }

    package func reminder(id: String) throws -> Reminder? {
        try Reminder.fetchOne(db.cachedStatement(sql: "SELECT * FROM reminders WHERE id = ?"), arguments: [id])
    }

    /// Work not done yet, oldest first; with a time, only what may run by then.
    package func jobs(readyAt: Timestamp? = nil) throws -> [BackgroundJob] {
        try BackgroundJob.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM background_jobs WHERE ?1 IS NULL OR not_before <= ?1 ORDER BY id"),
            arguments: [readyAt])
    }

    package func job(id: Int64) throws -> BackgroundJob? {
        try BackgroundJob.fetchOne(db.cachedStatement(sql: "SELECT * FROM background_jobs WHERE id = ?"), arguments: [id])
    }
}

extension StoreTransaction {
    package func addReminder(
        kind: ReminderKind, text: String, dueAt: Timestamp, timeZone: String, recurrence: String? = nil, language: String? = nil,
        messageID: String? = nil
    ) throws -> Reminder {
        let id = try makeID()
        try execute(
            """
            INSERT INTO reminders (id, user_id, kind, text, due_at, time_zone, recurrence, language, state, created_at, message_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)
            """, [id, userID.text, kind.rawValue, text, dueAt, timeZone, recurrence, language, now, messageID])
        return Reminder(
            id: id, userID: userID, kind: kind, text: text, dueAt: dueAt, timeZone: timeZone, recurrence: recurrence,
            language: language, state: .pending, createdAt: now, announcedAt: nil, messageID: messageID)
    }

    /// Writes what may change of a reminder: text, due time, state, time of announcement.
    package func updateReminder(_ reminder: Reminder) throws {
        try execute(
            "UPDATE reminders SET text = ?, due_at = ?, state = ?, announced_at = ? WHERE id = ?",
            [reminder.text, reminder.dueAt, reminder.state.rawValue, reminder.announcedAt, reminder.id])
        guard db.changesCount > 0 else { throw StoreError.noSuchRow(table: "reminders", id: reminder.id) }
    }

    /// Accepts work: once this transaction is committed it will be done, after a crash as well.
    package func enqueueJob(kind: String, payload: [String: JSONValue] = [:], notBefore: Timestamp? = nil) throws -> BackgroundJob
    {
        let time = notBefore ?? now
        try execute(
            "INSERT INTO background_jobs (kind, payload, created_at, not_before) VALUES (?, ?, ?, ?)",
            [kind, JSONValue.object(payload).text, now, time])
        return BackgroundJob(
            id: db.lastInsertedRowID, kind: kind, payload: payload, attempts: 0, createdAt: now, notBefore: time, lastError: nil)
    }

    /// Call in the transaction that holds the work's effects, so that they happen once.
    package func finishJob(id: Int64) throws {
        try execute("DELETE FROM background_jobs WHERE id = ?", [id])
    }

    /// Drops the waiting jobs of a kind, for work of which only the latest request counts.
    package func finishJobs(kind: String) throws {
        try execute("DELETE FROM background_jobs WHERE kind = ?", [kind])
    }

    /// Keeps a job for later. `attempts` is what to add to its count: 0 when this attempt has been counted before.
    package func retryJob(id: Int64, error: String?, notBefore: Timestamp, attempts: Int = 1) throws {
        try execute(
            "UPDATE background_jobs SET attempts = max(0, attempts + ?), last_error = ?, not_before = ? WHERE id = ?",
            [attempts, error, notBefore, id])
    }
}
