import GRDB

/// The rows of which a person has one each: the one changed later stands, and takes over what it lacks.
extension ArchiveMerge {
    /// A store that was only opened has a profile already, with a made-up address: any other is better.
    func mergeProfile(_ row: ArchiveRow) throws -> Outcome {
        if try insert(row) { return .added }
        try execute(
            """
            UPDATE profiles SET email = iif(email IS NULL OR email LIKE 'user_%@companion.local', coalesce(?2, email), email),
                is_first_login = min(is_first_login, ?3), created_at = min(created_at, ?4)
            WHERE id = ?1 AND (
                ((email IS NULL OR email LIKE 'user_%@companion.local') AND ?2 IS NOT NULL AND email IS NOT ?2)
                OR is_first_login > ?3 OR created_at > ?4)
            """, [userID.databaseValue, row["email"], row["is_first_login"], row["created_at"]])
        return db.changesCount > 0 ? .updated : .unchanged
    }

    func mergeUserProfile(_ row: ArchiveRow) throws -> Outcome {
        if try insert(row) { return .added }
        guard try isNewer(row) else { return try isSame(row, ["profile_text"]) ? .unchanged : .kept }
        try execute(
            "UPDATE user_profiles SET profile_text = ?2, updated_at = ?3, created_at = min(created_at, ?4) WHERE user_id = ?1",
            [userID.databaseValue, row["profile_text"], row["updated_at"], row["created_at"]])
        return .updated
    }

    func mergeOnboarding(_ row: ArchiveRow) throws -> Outcome {
        if try insert(row) { return .added }
        let fields = ["full_name", "gender", "occupation"]
        if try isSame(row, fields + ["interests"]) { return .unchanged }
        let isNewer = try isNewer(row)
        let assignments = fields.enumerated().map { index, name in
            isNewer ? "\(name) = coalesce(?\(index + 2), \(name))" : "\(name) = coalesce(\(name), ?\(index + 2))"
        }
        let interests = try union("interests", of: "onboarding_details", with: row)
        try execute(
            """
            UPDATE onboarding_details SET \(assignments.joined(separator: ", ")), interests = ?5,
                updated_at = max(updated_at, ?6), created_at = min(created_at, ?7)
            WHERE user_id = ?1
            """, [userID.databaseValue] + fields.map { row[$0] } + [interests, row["updated_at"], row["created_at"]])
        return isNewer ? .updated : .kept
    }

    func mergeConversationState(_ row: ArchiveRow) throws -> Outcome {
        if try insert(row) { return .added }
        let registers = [
            "stage", "trust_score", "metadata", "last_summary", "last_topics", "last_user_message", "last_assistant_message",
            "last_conversation_at", "updated_at",
        ]
        if try isSame(row, registers + ["stage_history"]) { return .unchanged }
        let history = try union("stage_history", of: "conversation_state", with: row)
        let isNewer = try isNewer(row)
        if isNewer {
            let assignments = registers.enumerated().map { "\($1) = ?\($0 + 2)" }.joined(separator: ", ")
            try execute(
                "UPDATE conversation_state SET \(assignments) WHERE user_id = ?1",
                [userID.databaseValue] + registers.map { row[$0] })
        }
        try execute(
            "UPDATE conversation_state SET stage_history = ?2, created_at = min(created_at, ?3) WHERE user_id = ?1",
            [userID.databaseValue, history, row["created_at"]])
        return isNewer ? .updated : .kept
    }

    private func isNewer(_ row: ArchiveRow) throws -> Bool {
        let here = try Timestamp.fetchOne(
            db, sql: "SELECT updated_at FROM \(row.table.name) WHERE user_id = ?", arguments: [userID])
        guard let here, let there = row.time("updated_at") else { return true }
        return there > here
    }

    private func isSame(_ row: ArchiveRow, _ columns: [String]) throws -> Bool {
        let here = try Row.fetchOne(
            db, sql: "SELECT \(columns.joined(separator: ", ")) FROM \(row.table.name) WHERE user_id = ?", arguments: [userID])
        return here.map { here in columns.allSatisfy { here[$0] as DatabaseValue == row[$0] } } ?? false
    }

    /// The elements here, then those of the archive that are not among them; entries with a time in its order.
    private func union(_ column: String, of table: String, with row: ArchiveRow) throws -> DatabaseValue {
        let text = try String.fetchOne(db, sql: "SELECT \(column) FROM \(table) WHERE user_id = ?", arguments: [userID])
        let here = try text.map { try JSONValue(parsing: $0).arrayValue ?? [] } ?? []
        let there = try row.text(column).map { try JSONValue(parsing: $0).arrayValue ?? [] } ?? []
        let all = here + there.filter { !here.contains($0) }
        let ordered = all.enumerated().sorted { left, right in
            let times = (time(left.element), time(right.element))
            return times.0 == times.1 ? left.offset < right.offset : times.0 < times.1
        }
        return JSONValue.array(ordered.map(\.element)).text.databaseValue
    }

    private func time(_ entry: JSONValue) -> String { entry.objectValue?["timestamp"]?.stringValue ?? "" }
}
