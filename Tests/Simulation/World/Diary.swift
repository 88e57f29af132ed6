import LocalStore

/// What people did on one seat, kept beside the program, so that what it claims can be held against what happened.
struct Diary: Sendable {
    /// A change as the store's triggers noted it.
    struct Change: Sendable, Hashable {
        let operationID: String
        let table: String
        let rowKey: String
        let operation: String
        let patch: [String: JSONValue]
    }

    /// The newest value of memories that only this seat writes; nil once forgotten.
    var privateMemories: [String: String?] = [:]
    var messages: Set<String> = []
    var deletedMessages: Set<String> = []
    /// Every change, by its place in the outbox.
    var changes: [Int64: Change] = [:]
    /// Texts that the database or the server will refuse.
    var refused: [String] = []
    /// The file was set back or copied: what was done on it since need not be anywhere.
    var isUncertain = false

    /// The increments made on this seat, by where they come from: steps, and where a new row began compared with where new rows
    /// begin.
    var incrementsByOrigin: [String: Double] {
        var result: [String: Double] = [:]
        for change in changes.values {
            guard let value = change.patch["trust_score"]?.doubleValue else { continue }
            let step = change.operation == "inc" ? value : value - ConversationState.initialTrust
            if abs(step) > 0.0005 { result[change.operationID.lowercased()] = step }
        }
        return result
    }

    /// By how much this seat moved the counter: steps, and where a new row began compared with where new rows begin.
    var increments: Double {
        changes.values.reduce(0) { sum, change in
            guard let value = change.patch["trust_score"]?.doubleValue else { return sum }
            return sum + (change.operation == "inc" ? value : value - ConversationState.initialTrust)
        }
    }
}
