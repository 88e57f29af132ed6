import GRDB
import LocalStore
import SyncModel

/// The columns of a conversation's state that stand or fall together.
struct GroupValue: Sendable, Hashable {
    private static let columns = [
        "last_summary", "last_topics", "last_user_message", "last_assistant_message", "last_conversation_at",
    ]

    let values: [JSONValue]

    init(_ body: [String: JSONValue]) {
        values = (VisibleRows.shown(.init(table: "conversation_state", key: []), body) ?? [:]).values(of: Self.columns)
    }

    /// As a seat shows it.
    init(_ db: Database) throws {
        values = (try VisibleRows.readState(db) ?? [:]).values(of: Self.columns)
    }

    var isEmpty: Bool { values.allSatisfy { $0 == .null || $0 == [] } }
}

extension [String: JSONValue] {
    fileprivate func values(of columns: [String]) -> [JSONValue] { columns.map { self[$0] ?? .null } }
}

/// Every value of the group that somebody wrote or saw when writing a part of it: no other may ever appear.
struct GroupHistory: Sendable {
    private var known: Set<GroupValue> = []

    mutating func note(_ value: GroupValue) { known.insert(value) }

    func isKnown(_ value: GroupValue) -> Bool { value.isEmpty || known.contains(value) }
}
