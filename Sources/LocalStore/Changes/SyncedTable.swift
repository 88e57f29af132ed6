/// A table whose changes travel: what names a row, and how each column merges.
///
/// The change-capture triggers, the application of remote changes, and the rules of export are all made from these
/// declarations, so a table is described once.
package struct SyncedTable: Sendable {
    /// How a column's text in SQLite becomes JSON in a change.
    enum ColumnKind: Sendable {
        case text
        case number
        case boolean
        case json
    }

    struct Column: Sendable {
        let name: String
        let kind: ColumnKind

        static func text(_ name: String) -> Column { Column(name: name, kind: .text) }
        static func number(_ name: String) -> Column { Column(name: name, kind: .number) }
        static func boolean(_ name: String) -> Column { Column(name: name, kind: .boolean) }
        static func json(_ name: String) -> Column { Column(name: name, kind: .json) }
    }

    package let name: String
    /// The columns whose values, in this order, are the row's key; none where a person has one row.
    let key: [String]
    /// Registers: the last writer's value stands.
    let registers: [Column]
    /// Columns that travel as increments, so that concurrent changes add up.
    let counters: [String]
    /// JSON arrays that only grow; what travels is the elements added.
    let growingSets: [String]
    /// Columns that travel with a new row but whose change alone is no change.
    let stamps: [Column]
    /// Rows are written once and perhaps deleted, never changed by a merge.
    let isAppendOnly: Bool

    private init(
        _ name: String, key: [String] = [], registers: [Column], counters: [String] = [], growingSets: [String] = [],
        stamps: [Column] = [.text("created_at"), .text("updated_at")], isAppendOnly: Bool = false
    ) {
        self.name = name
        self.key = key
        self.registers = registers
        self.counters = counters
        self.growingSets = growingSets
        self.stamps = stamps
        self.isAppendOnly = isAppendOnly
    }

    package static let all: [SyncedTable] = [
        SyncedTable("profiles", registers: [.text("email"), .boolean("is_first_login")], stamps: [.text("created_at")]),
        SyncedTable("user_profiles", registers: [.text("profile_text")]),
        SyncedTable("memory", key: ["category", "key"], registers: [.text("value")]),
        SyncedTable(
            "conversation_state",
            registers: [
                .text("stage"), .json("metadata"), .text("last_summary"), .json("last_topics"), .text("last_user_message"),
                .text("last_assistant_message"), .text("last_conversation_at"),
            ], counters: ["trust_score"], growingSets: ["stage_history"]),
        SyncedTable(
            "onboarding_details",
            registers: [.text("id"), .text("full_name"), .text("gender"), .text("occupation"), .json("interests")]),
        SyncedTable(
            "conversations", key: ["id"],
            registers: [
                .text("channel"), .text("started_at"), .text("ended_at"), .text("language"), .text("summary"), .json("topics"),
                .json("facts"), .text("tone"),
            ], stamps: []),
        SyncedTable(
            "messages", key: ["id"],
            registers: [.text("conversation_id"), .text("role"), .text("text"), .text("language"), .json("details")],
            stamps: [.text("created_at"), .number("hlc")], isAppendOnly: true),
        SyncedTable(
            "reminders", key: ["id"],
            registers: [
                .text("kind"), .text("text"), .text("due_at"), .text("time_zone"), .text("recurrence"), .text("language"),
                .text("state"), .text("announced_at"), .text("message_id"),
            ], stamps: [.text("created_at")]),
        SyncedTable(
            "attachments", key: ["id"],
            registers: [
                .text("message_id"), .text("kind"), .text("mime"), .text("sha256"), .number("bytes"), .number("duration_ms"),
                .text("path"),
            ], stamps: [.text("created_at")]),
    ]

    package static func named(_ name: String) -> SyncedTable? {
        all.first { $0.name == name }
    }

    /// Every column that travels, and its JSON form.
    var columns: [Column] {
        registers + counters.map(Column.number) + growingSets.map(Column.json) + stamps
    }

    /// What `INSERT … ON CONFLICT` names to find an existing row.
    var conflictTarget: String {
        key.isEmpty ? "user_id" : key == ["id"] ? "id" : (["user_id"] + key).joined(separator: ", ")
    }
}
