import GRDB
import LocalStore
import SyncModel

/// The columns of a conversation's state that stand or fall together.
struct GroupValue: Sendable, Hashable {
    private static let columns = [
        "last_summary", "last_topics", "last_user_message", "last_assistant_message", "last_conversation_at",
    ]

    private(set) var values: [JSONValue]

    init(_ body: [String: JSONValue]) {
        values = (VisibleRows.shown(.init(table: "conversation_state", key: []), body) ?? [:]).values(of: Self.columns)
    }

    /// As a seat shows it.
    init(_ db: Database) throws {
        values = (try VisibleRows.readState(db) ?? [:]).values(of: Self.columns)
    }

    /// Without the moment, which moves when a clock turns out to have been wrong.
    var withoutMoment: GroupValue {
        var value = self
        value.values.removeLast()
        return value
    }

    var isEmpty: Bool { values.allSatisfy(Self.isNothing) }

    /// Whether it is another one from which something is missing.
    func isPart(of other: GroupValue) -> Bool {
        zip(values, other.values).allSatisfy { $0 == $1 || Self.isNothing($0) }
    }

    private static func isNothing(_ value: JSONValue) -> Bool { value == .null || value == [] }
}

extension [String: JSONValue] {
    fileprivate func values(of columns: [String]) -> [JSONValue] { columns.map { self[$0] ?? .null } }
}

/// Every value of the group that somebody wrote or saw when writing a part of it: no other may ever appear.
struct GroupHistory: Sendable {
    /// Clocks may be wrong, and moments set right.
    let hasWrongClocks: Bool
    /// Everything was deleted once: what a later value carries along from before that is left out of it.
    var hasForgotten = false
    private var known: Set<GroupValue> = []

    init(hasWrongClocks: Bool) { self.hasWrongClocks = hasWrongClocks }

    mutating func note(_ value: GroupValue) { known.insert(hasWrongClocks ? value.withoutMoment : value) }

    func isKnown(_ value: GroupValue) -> Bool {
        let value = hasWrongClocks ? value.withoutMoment : value
        if value.isEmpty || known.contains(value) { return true }
        return hasForgotten && known.contains(where: value.isPart)
    }
}
