import GRDB

/// How a table goes into an archive and comes out of it: its columns, in the order of the line, and the order of its rows.
///
/// Numbers that mean something on one device only (`memory.id`, `messages.rid`) stay behind, and so does the person's id, which
/// the first line names for all.
struct ArchiveTable: Sendable {
    enum Kind: Sendable, Hashable {
        case text, time, integer, real, boolean, json
    }

    struct Column: Sendable {
        let name: String
        let kind: Kind
        let isRequired: Bool
        /// What SQLite must be given when the line has nothing.
        let substitute: String?

        static func required(_ name: String, _ kind: Kind = .text) -> Column {
            Column(name: name, kind: kind, isRequired: true, substitute: nil)
        }

        static func optional(_ name: String, _ kind: Kind = .text) -> Column {
            Column(name: name, kind: kind, isRequired: false, substitute: nil)
        }

        static func json(_ name: String, substitute: String) -> Column {
            Column(name: name, kind: .json, isRequired: false, substitute: substitute)
        }
    }

    let name: String
    let columns: [Column]
    /// A unique key to page through; empty where there is one row.
    let order: [String]
    /// What follows `FROM`.
    let source: String

    private init(_ name: String, _ columns: [Column], order: [String] = ["id"], source: String? = nil) {
        self.name = name
        self.columns = columns
        self.order = order
        self.source = source ?? name
    }

    static func named(_ name: String) -> ArchiveTable? {
        all.first { $0.name == name }
    }

    private static let provenance: [Column] = [
        .optional("source"), .optional("message_id"), .optional("device_id"), .optional("confidence", .real),
        .optional("explicit", .boolean), .optional("language"),
    ]

    /// In the order of the file: what others refer to comes first, and memories before their revisions, so that merging knows
    /// which revisions were there before.
    static let all: [ArchiveTable] = [
        ArchiveTable(
            "profiles", [.optional("email"), .required("is_first_login", .boolean), .required("created_at", .time)], order: []),
        ArchiveTable(
            "user_profiles", [.required("profile_text"), .required("created_at", .time), .required("updated_at", .time)],
            order: []),
        ArchiveTable(
            "onboarding_details",
            [
                .required("id"), .optional("full_name"), .optional("gender"), .optional("occupation"),
                .json("interests", substitute: "[]"), .required("created_at", .time), .required("updated_at", .time),
            ], order: []),
        ArchiveTable(
            "conversation_state",
            [
                .required("stage"), .required("trust_score", .real), .json("metadata", substitute: "{}"),
                .json("stage_history", substitute: "[]"), .optional("last_summary"), .json("last_topics", substitute: "[]"),
                .optional("last_user_message"), .optional("last_assistant_message"), .optional("last_conversation_at", .time),
                .required("created_at", .time), .required("updated_at", .time),
            ], order: []),
        ArchiveTable(
            "conversations",
            [
                .required("id"), .required("channel"), .required("started_at", .time), .optional("ended_at", .time),
                .optional("language"), .optional("summary"), .json("topics", substitute: "[]"), .json("facts", substitute: "[]"),
                .optional("tone"),
            ]),
        ArchiveTable(
            "messages",
            [
                .required("id"), .required("conversation_id"), .required("role"), .required("text"), .optional("language"),
                .required("created_at", .time), .required("hlc", .integer), .json("details", substitute: "{}"),
            ]),
        ArchiveTable(
            "memory",
            [
                .required("category"), .required("key"), .required("value"), .required("created_at", .time),
                .required("updated_at", .time),
            ] + provenance,
            order: ["category", "key"], source: "memory LEFT JOIN memory_provenance ON memory_id = memory.id"),
        ArchiveTable(
            "memory_revisions",
            [
                .required("id"), .required("category"), .required("key"), .required("value"), .required("valid_from", .time),
                .required("valid_to", .time), .required("reason"),
            ] + provenance),
        ArchiveTable(
            "attachments",
            [
                .required("id"), .optional("message_id"), .required("kind"), .required("mime"), .required("sha256"),
                .required("bytes", .integer), .optional("duration_ms", .integer), .optional("path"),
                .required("created_at", .time),
            ]),
        ArchiveTable(
            "reminders",
            [
                .required("id"), .required("kind"), .required("text"), .required("due_at", .time), .required("time_zone"),
                .optional("recurrence"), .optional("language"), .required("state"), .required("created_at", .time),
                .optional("announced_at", .time), .optional("message_id"),
            ]),
        ArchiveTable(
            "deferred_questions",
            [
                .required("id"), .optional("message_id"), .required("text"), .optional("language"),
                .required("created_at", .time),
                .optional("answered_at", .time), .optional("answer"),
            ]),
        ArchiveTable(
            "background_jobs",
            [
                .required("kind"), .json("payload", substitute: "{}"), .required("attempts", .integer),
                .required("created_at", .time), .required("not_before", .time), .optional("last_error"),
            ]),
        ArchiveTable("settings", [.required("key"), .required("value")], order: ["key"]),
    ]
}
