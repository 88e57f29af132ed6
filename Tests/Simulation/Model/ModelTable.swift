import LocalStore

/// What the server knows about a synced table: a second statement of the contract, made from its text alone, so that a slip
/// in the program's own declarations cannot hide here too.
package struct ModelTable: Sendable {
    /// How the losing side of two writes is found.
    package enum Merge: Sendable {
        /// The whole row has one clock.
        case row
        /// Every column, or group of columns, has its own.
        case fields
        /// A row is written once; a deletion stands for ever.
        case appendOnly
    }

    package struct Counter: Sendable {
        package let range: ClosedRange<Double>
        package let initial: Double
        /// Decimal places the column keeps.
        package let decimals: Int
    }

    package let name: String
    package let key: [String]
    /// Columns of a body, each with the value a row gets when nobody says one.
    package let columns: [String: JSONValue]
    /// Columns a device may write.
    package let writable: Set<String>
    package let merge: Merge
    /// Column to the name of the group it wins or loses with.
    package let groups: [String: String]
    package let counters: [String: Counter]
    package let growingSets: Set<String>
    /// Columns that count only when a row begins.
    package let stamps: Set<String>
    /// Booleans that go from true to false and stay.
    package let latches: Set<String>
    /// Moments: PostgreSQL prints them in its own form.
    package let moments: Set<String>
    /// Columns whose change alone makes no new version.
    package let uncounted: Set<String>
    package let isDeletable: Bool

    init(
        _ name: String, key: [String] = [], columns: [String: JSONValue], readOnly: Set<String> = [], merge: Merge = .fields,
        groups: [String: String] = [:], counters: [String: Counter] = [:], growingSets: Set<String> = [],
        latches: Set<String> = [], moments: Set<String> = ["created_at"], uncounted: Set<String> = [], isDeletable: Bool = true
    ) {
        self.name = name
        self.key = key
        self.columns = columns
        writable = Set(columns.keys).subtracting(readOnly)
        self.merge = merge
        self.groups = groups
        self.counters = counters
        self.growingSets = growingSets
        self.latches = latches
        stamps = ["created_at", "hlc"]
        self.moments = moments
        self.uncounted = uncounted
        self.isDeletable = isDeletable
    }

    /// The name under which a column's clock is kept.
    func clockName(of column: String) -> String { groups[column] ?? column }
}
