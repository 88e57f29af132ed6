/// A table whose changes travel: what names a row, and how each column merges.
///
/// The change-capture triggers, the merge with the cloud's rows, and the check of a store are all made from these
/// declarations, so a table is described once.
package struct SyncedTable: Sendable {
    /// How a column's text in SQLite becomes JSON in a change.
    enum ColumnKind: Sendable {
        case text
        /// A moment: the store's own text form here, PostgreSQL's in the cloud.
        case time
        case number
        case boolean
        case json
    }

    struct Column: Sendable {
        let name: String
        let kind: ColumnKind
        /// What stands here when the cloud has nothing; nil: nothing.
        let fallback: JSONValue?

        static func text(_ name: String, or fallback: JSONValue? = nil) -> Column {
            Column(name: name, kind: .text, fallback: fallback)
        }
        static func time(_ name: String) -> Column { Column(name: name, kind: .time, fallback: nil) }
        static func number(_ name: String, or fallback: JSONValue? = nil) -> Column {
            Column(name: name, kind: .number, fallback: fallback)
        }
        static func boolean(_ name: String, or fallback: JSONValue) -> Column {
            Column(name: name, kind: .boolean, fallback: fallback)
        }
        static func json(_ name: String, or fallback: JSONValue? = nil) -> Column {
            Column(name: name, kind: .json, fallback: fallback)
        }
    }

    /// A number that travels as increments, so that concurrent changes add up.
    struct Counter: Sendable {
        let name: String
        let range: ClosedRange<Double>
        /// What a row has that the cloud makes for an increment.
        let initial: Double
        /// What a new row has on a device.
        let initialHere: Double

        func clamped(_ value: Double) -> Double {
            min(range.upperBound, max(range.lowerBound, (value * 1_000_000).rounded() / 1_000_000))
        }
    }

    /// How the losing side of two writes is found.
    enum Merge: Sendable {
        /// The row has one clock.
        case row
        /// Every register, or group of them, has its own.
        case fields
        /// A row is written once, never changed, and perhaps deleted, for ever.
        case appendOnly
    }

    package let name: String
    /// The columns whose values, in this order, are the row's key; none where a person has one row.
    let key: [String]
    let merge: Merge
    /// Registers: the last writer's value stands.
    let registers: [Column]
    /// Registers that win or lose together, so that two conversations are never mixed.
    let group: Set<String>
    let counters: [Counter]
    /// JSON arrays that only grow; what travels is the elements added.
    let growingSets: [String]
    /// Columns that travel with a new row but whose change alone is no change.
    let stamps: [Column]
    /// Columns that the cloud alone writes.
    let serverOwned: [Column]
    /// A switch that goes one way: once it has this value it keeps it.
    let latch: (column: String, value: JSONValue)?
    /// Other rows refer to rows of this table, so a new row must not wait for its later changes.
    let isParent: Bool
    /// The names of ``columns``.
    let sentNames: Set<String>

    private init(
        _ name: String, key: [String] = [], merge: Merge = .fields, registers: [Column], group: Set<String> = [],
        counters: [Counter] = [], growingSets: [String] = [], stamps: [Column] = [], serverOwned: [Column] = [],
        latch: (column: String, value: JSONValue)? = nil, isParent: Bool = false
    ) {
        self.name = name
        self.key = key
        self.merge = merge
        self.registers = registers
        self.group = group
        self.counters = counters
        self.growingSets = growingSets
        self.stamps = stamps
        self.serverOwned = serverOwned
        self.latch = latch
        self.isParent = isParent
        sentNames = Set((registers + stamps).map(\.name) + counters.map(\.name) + growingSets)
    }

    package static let all: [SyncedTable] = [
        SyncedTable(
            "profiles", registers: [.boolean("is_first_login", or: true)], serverOwned: [.text("email")],
            latch: ("is_first_login", false), isParent: true),
        SyncedTable("user_profiles", merge: .row, registers: [.text("profile_text", or: "")]),
        SyncedTable(
            "memory", key: ["category", "key"], merge: .row, registers: [.text("value", or: "")], stamps: [.time("created_at")]),
        SyncedTable(
            "conversation_state",
            registers: [
                .text("stage", or: "ORIENTATION"), .text("last_summary"), .json("last_topics", or: []),
                .text("last_user_message"), .text("last_assistant_message"), .time("last_conversation_at"),
            ],
            group: ["last_summary", "last_topics", "last_user_message", "last_assistant_message", "last_conversation_at"],
            counters: [Counter(name: "trust_score", range: 0...10, initial: 2, initialHere: ConversationState.initialTrust)],
            growingSets: ["stage_history"], serverOwned: [.json("metadata", or: [:])]),
        SyncedTable(
            "onboarding_details",
            registers: [.text("full_name"), .text("gender"), .text("occupation"), .json("interests", or: [])]),
        SyncedTable(
            "conversations", key: ["id"],
            registers: [
                .text("channel", or: .string(Self.placeholder)), .time("started_at"), .time("ended_at"), .text("language"),
                .text("summary"), .json("topics", or: []), .json("facts", or: []), .text("tone"),
            ], isParent: true),
        SyncedTable(
            "messages", key: ["id"], merge: .appendOnly,
            registers: [
                .text("conversation_id", or: .string(Self.placeholder)), .text("role", or: "user"), .text("text", or: ""),
                .text("language"), .json("details", or: [:]),
            ],
            stamps: [.time("created_at"), .number("hlc", or: 0)]),
        SyncedTable(
            "reminders", key: ["id"],
            registers: [
                .text("kind", or: "reminder"), .text("text", or: ""), .time("due_at"), .text("time_zone", or: "UTC"),
                .text("recurrence"), .text("language"), .text("state", or: "pending"), .time("announced_at"),
                .text("message_id"),
            ], stamps: [.time("created_at")]),
        SyncedTable(
            "attachments", key: ["id"],
            registers: [
                .text("message_id"), .text("kind", or: ""), .text("mime", or: ""), .text("sha256", or: ""),
                .number("bytes", or: 0), .number("duration_ms"), .text("path"),
            ], stamps: [.time("created_at")]),
    ]

    /// The channel of a conversation that is here only because its messages are, and the conversation of a message that
    /// names none.
    static let placeholder = "unknown"

    package static func named(_ name: String) -> SyncedTable? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    var isAppendOnly: Bool { merge == .appendOnly }

    /// Every column that leaves the device, and its JSON form.
    var columns: [Column] { content + stamps }

    /// The columns that make up what a row says.
    var content: [Column] {
        registers + counters.map { Column.number($0.name, or: .double($0.initial)) }
            + growingSets.map { Column.json($0, or: []) }
    }

    /// Every column that the cloud's row gives to the visible one.
    var visible: [Column] { content + stamps + serverOwned + (stamps.contains { $0.name == "created_at" } ? [] : created) }

    private var created: [Column] { hasCreation ? [.time("created_at")] : [] }

    private var hasCreation: Bool { name != "conversations" }

    /// When a row was last changed here; not a column of the cloud's.
    var hasUpdateTime: Bool { ["user_profiles", "memory", "conversation_state", "onboarding_details"].contains(name) }

    /// The name under which a register's clock is kept.
    func clockName(of column: String) -> String { group.contains(column) ? "group" : column }

    /// What `INSERT … ON CONFLICT` names to find an existing row.
    var conflictTarget: String {
        key.isEmpty ? "user_id" : key == ["id"] ? "id" : (["user_id"] + key).joined(separator: ", ")
    }
}
