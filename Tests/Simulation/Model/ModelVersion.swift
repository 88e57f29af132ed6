import LocalStore

/// Names a row inside one account.
package struct ModelRowID: Sendable, Hashable, Comparable {
    package let table: String
    package let key: [String]

    package init(table: String, key: [String]) {
        self.table = table
        self.key = key
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.table == rhs.table ? lhs.key.lexicographicallyPrecedes(rhs.key) : lhs.table < rhs.table
    }
}

/// When, in hybrid time, and by whom something was last written; ties go to the greater node.
package struct ModelClock: Sendable, Hashable, Comparable {
    package var hlc: Int64
    package var node: String

    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.hlc == rhs.hlc ? lhs.node < rhs.node : lhs.hlc < rhs.hlc
    }
}

/// The newest version of one row, live or deleted.
package struct ModelVersion: Sendable, Hashable {
    package var sequence: Int64
    /// A random number below 2^52; the sum over live rows is the integrity value.
    package var tag: Int64
    package var clock: ModelClock
    /// The hybrid time at which the row came into being, for columns that were never written since.
    package var bornAt: Int64
    /// Who wrote those.
    package var bornBy: String
    /// Every change after this sequence number is the newest writer's own.
    package var soloFrom: Int64
    package var isDeleted: Bool
    package var fields: [String: ModelClock]
    /// The sequence numbers of the versions that brought the fields' values.
    package var fieldSequences: [String: Int64] = [:]
    /// Server milliseconds.
    package var at: Int64
    /// A person's deletion holds against programs until then, in server milliseconds.
    package var heldUntil: Int64?

    /// Fields that this version brought get its number.
    mutating func numberFields() {
        for name in fields.keys where fieldSequences[name] == nil { fieldSequences[name] = sequence }
    }
}

/// What the server remembers of one device.
package struct ModelDevice: Sendable, Hashable {
    package var last: Int64 = 0
    package var acknowledged: Int64 = 0
    /// Results the device has not confirmed yet, by operation number.
    package var ledger: [Int64: LedgerEntry] = [:]

    package struct LedgerEntry: Sendable, Hashable {
        package let operationID: String
        package let result: JSONValue

        /// What became of the operation, without anything of a row's.
        var withoutContent: Self {
            let fields = (result.objectValue ?? [:]).filter { !["lost", "kept", "msg"].contains($0.key) }
            return Self(operationID: operationID, result: .object(fields))
        }
    }
}

package struct ModelRejection: Sendable, Hashable {
    package let device: String
    package let number: Int64
    package let operation: JSONValue
    package let code: String
}

/// A value that did not stand, kept so that nothing vanishes.
package struct ModelConflict: Sendable, Hashable {
    package let row: ModelRowID
    package let kept: [String: JSONValue]
    package let lost: [String: JSONValue]
    package let node: String
    package let at: Int64
}

/// An operation the server took in, in the order it did; the history against which exactly-once is checked.
package struct ModelEffect: Sendable, Hashable {
    package let device: String
    package let number: Int64
    package let operationID: String
    package let row: ModelRowID
    package let kind: String
    package let values: [String: JSONValue]
    /// Where an increment comes from; copies of a file share it.
    package let origin: String?
    package let isApplied: Bool
}
