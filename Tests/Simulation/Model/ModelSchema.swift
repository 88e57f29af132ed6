import LocalStore

/// The tables a server has, and its limits.
package struct ModelSchema: Sendable {
    package static let largestOperation = 262_144
    package static let largestPush = 1_048_576
    package static let mostOperations = 500
    package static let largestPage = 2000
    package static let longestMemoryKey = 120
    /// How far ahead of the server a device's hybrid time may be before it is cut, in milliseconds.
    package static let greatestLead: Int64 = 60_000
    /// How long a person's deletion of a memory holds against programs, in milliseconds.
    package static let holdOfDeletion: Int64 = 1_800_000
    /// Integrity values are taken modulo this.
    package static let tagModulus: Int64 = 1 << 52

    package var tables: [String: ModelTable]

    package static let current = ModelSchema(
        tables: Dictionary(uniqueKeysWithValues: allTables.map { ($0.name, $0) }))

    /// What a later migration of the server may bring: a table and a column that today's devices have never heard of.
    package mutating func addNewerParts() {
        tables["moods"] = ModelTable("moods", key: ["id"], columns: ["mood": .null])
        guard let memory = tables["memory"], memory.columns["strength"] == nil else { return }
        var columns = memory.columns
        columns["strength"] = .null
        tables["memory"] = ModelTable(
            "memory", key: memory.key, columns: columns, merge: memory.merge, uncounted: memory.uncounted)
    }

    private static let allTables = [
        ModelTable(
            "profiles", columns: ["is_first_login": true, "created_at": .null], readOnly: ["created_at"],
            latches: ["is_first_login"], isDeletable: false),
        ModelTable("user_profiles", columns: ["profile_text": .null], merge: .row, isDeletable: false),
        ModelTable(
            "memory", key: ["category", "key"], columns: ["value": .null, "created_at": .null], merge: .row,
            uncounted: ["created_at"]),
        ModelTable(
            "conversation_state",
            columns: [
                "stage": "ORIENTATION", "trust_score": 2.0, "metadata": [:], "stage_history": [], "last_summary": .null,
                "last_topics": [], "last_user_message": .null, "last_assistant_message": .null, "last_conversation_at": .null,
                "created_at": .null,
            ],
            readOnly: ["metadata", "created_at"],
            groups: [
                "last_summary": "last", "last_topics": "last", "last_user_message": "last", "last_assistant_message": "last",
                "last_conversation_at": "last",
            ],
            counters: ["trust_score": .init(range: 0...10, initial: 2, decimals: 3)], growingSets: ["stage_history"],
            moments: ["created_at", "last_conversation_at"], isDeletable: false),
        ModelTable(
            "onboarding_details", columns: ["full_name": .null, "gender": .null, "occupation": .null, "interests": []],
            isDeletable: false),
        ModelTable(
            "conversations", key: ["id"],
            columns: [
                "channel": .null, "started_at": .null, "ended_at": .null, "language": .null, "summary": .null, "topics": [],
                "facts": [], "tone": .null,
            ], moments: ["started_at", "ended_at"]),
        ModelTable(
            "messages", key: ["id"],
            columns: [
                "conversation_id": .null, "role": .null, "text": .null, "language": .null, "created_at": .null, "hlc": 0,
                "details": [:],
            ], merge: .appendOnly),
        ModelTable(
            "reminders", key: ["id"],
            columns: [
                "kind": .null, "text": .null, "due_at": .null, "time_zone": .null, "recurrence": .null, "language": .null,
                "state": "pending", "created_at": .null, "announced_at": .null, "message_id": .null,
            ], moments: ["due_at", "created_at", "announced_at"]),
        ModelTable(
            "attachments", key: ["id"],
            columns: [
                "message_id": .null, "kind": .null, "mime": .null, "sha256": .null, "bytes": 0, "duration_ms": .null,
                "path": .null, "created_at": .null,
            ]),
    ]
}
