/// When, in hybrid time, and by whom something was written. Of two writes at one time the greater node's counts as later.
package struct WriteClock: Sendable, Hashable, Comparable {
    package let hlc: HybridTime
    package let node: String

    package init(hlc: HybridTime, node: String) {
        self.hlc = hlc
        self.node = node
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.hlc == rhs.hlc ? lhs.node < rhs.node : lhs.hlc < rhs.hlc
    }
}

/// A row as the merge sees it.
package struct MergedRow: Sendable, Hashable {
    /// Nil: there is no such row.
    package var body: [String: JSONValue]?
    /// The server's version, a deletion included; nil if it never had one.
    package var sequence: Int64?
    package var clock: WriteClock?
    /// For tables whose registers have clocks of their own: those known, by register or group.
    package var clocks: [String: WriteClock]
    /// The versions that brought the values of those registers, as far as known: one at least as old.
    package var versions: [String: Int64]

    package init(
        body: [String: JSONValue]? = nil, sequence: Int64? = nil, clock: WriteClock? = nil, clocks: [String: WriteClock] = [:],
        versions: [String: Int64] = [:]
    ) {
        self.body = body
        self.sequence = sequence
        self.clock = clock
        self.clocks = clocks
        self.versions = versions
    }
}

/// One change of a row, as far as a merge needs it.
package struct RowOperation: Sendable, Hashable {
    /// `put`, `patch`, `ins`, `del`, `inc` or `add`.
    package let operation: String
    package let values: [String: JSONValue]
    package let base: Int64?
    package let hlc: HybridTime

    package init(_ operation: String, values: [String: JSONValue] = [:], base: Int64? = nil, hlc: HybridTime) {
        self.operation = operation
        self.values = values
        self.base = base
        self.hlc = hlc
    }

    init(_ entry: OutboxEntry) {
        self.init(entry.operation, values: entry.patch, base: entry.base, hlc: entry.hlc)
    }
}

/// The server's rules of conflict, without the server: what a row will be once this device's changes have been taken.
///
/// For registers and deletions, in this order: a writer that had seen the newest version wins, or that of the register; then, the
/// device that wrote last wins over itself; then the later clock. Increments and additions always count. A deletion of a row of an append-only
/// table stands for ever.
package struct RowMerge: Sendable {
    package let table: SyncedTable
    package let device: String
    package private(set) var row: MergedRow

    package init(table: SyncedTable, device: String, row: MergedRow) {
        self.table = table
        self.device = device
        self.row = row
    }

    /// - Returns: the values that do not stand; for a lost deletion there are none, and the row stays.
    @discardableResult
    package mutating func apply(_ operation: RowOperation) -> [String: JSONValue] {
        switch (table.merge, operation.operation) {
        case (_, "del"): return delete(operation)
        case (_, "inc"): return increment(operation)
        case (_, "add"): return add(operation)
        case (.appendOnly, _): return append(operation)
        default: return write(operation)
        }
    }

    private mutating func delete(_ operation: RowOperation) -> [String: JSONValue] {
        guard row.body != nil else {
            // The deletion of a row that the server does not know is one all the same: what comes later finds it.
            if row.clock == nil { stamp(operation) }
            return [:]
        }
        let stands = table.isAppendOnly || wins(operation, over: row.clock)
        guard stands else { return [:] }
        row.body = nil
        row.clocks = [:]
        row.versions = [:]
        stamp(operation)
        return [:]
    }

    private mutating func append(_ operation: RowOperation) -> [String: JSONValue] {
        guard row.body == nil else { return [:] }
        guard row.clock == nil else { return operation.values }
        row.body = operation.values
        stamp(operation)
        return [:]
    }

    private mutating func increment(_ operation: RowOperation) -> [String: JSONValue] {
        var body = row.body ?? [:]
        for counter in table.counters {
            guard let delta = operation.values[counter.name]?.doubleValue else { continue }
            body[counter.name] = .double(counter.clamped((body[counter.name]?.doubleValue ?? counter.initial) + delta))
        }
        row.body = body
        stamp(operation)
        return [:]
    }

    private mutating func add(_ operation: RowOperation) -> [String: JSONValue] {
        var body = row.body ?? [:]
        for name in table.growingSets {
            guard let elements = operation.values[name]?.arrayValue else { continue }
            let present = body[name]?.arrayValue ?? []
            body[name] = .array(present + elements.filter { !present.contains($0) })
        }
        row.body = body
        stamp(operation)
        return [:]
    }

    private mutating func write(_ operation: RowOperation) -> [String: JSONValue] {
        let isNew = row.body == nil
        guard !isNew || operation.operation != "patch" else { return operation.values }
        var body = row.body ?? [:]
        var lost: [String: JSONValue] = [:]
        let registers = operation.values.filter { pair in table.registers.contains { $0.name == pair.key } }
        for (column, value) in registers {
            if let latch = table.latch, latch.column == column, body[column] == latch.value { continue }
            if (!isNew && hasSeen(column, operation)) || wins(operation, over: standing(column, isNew: isNew)) {
                body[column] = value
            } else if body[column] != value {
                lost[column] = value
            }
        }
        guard lost.isEmpty || lost.count < registers.count else { return lost }
        takeOther(operation.values, isNew: isNew, into: &body)
        row.body = body
        if isNew { (row.clocks, row.versions) = ([:], [:]) }
        if table.merge == .fields {
            let new = clock(of: operation)
            for name in registers.keys.filter({ lost[$0] == nil }).map(table.clockName) {
                row.clocks[name] = new
                row.versions[name] = nil
            }
        }
        stamp(operation)
        return lost
    }

    /// The columns of a new row that are no registers: a counter counts from where this device began, a stamp stands once.
    private func takeOther(_ values: [String: JSONValue], isNew: Bool, into body: inout [String: JSONValue]) {
        for counter in table.counters {
            guard let value = values[counter.name]?.doubleValue else { continue }
            let before = body[counter.name]?.doubleValue ?? counter.initial
            body[counter.name] = .double(counter.clamped(isNew ? value : before + value - counter.initialHere))
        }
        for name in table.growingSets {
            guard let elements = values[name]?.arrayValue else { continue }
            let present = body[name]?.arrayValue ?? []
            body[name] = .array(present + elements.filter { !present.contains($0) })
        }
        for stamp in table.stamps {
            guard let value = values[stamp.name], (body[stamp.name] ?? .null) == .null else { continue }
            body[stamp.name] = value
        }
    }

    private func standing(_ column: String, isNew: Bool) -> WriteClock? {
        guard table.merge == .fields, !isNew else { return row.clock }
        return row.clocks[table.clockName(of: column)] ?? row.clock
    }

    /// Whether the writer had seen the value that stands, though perhaps not the row's newest version.
    private func hasSeen(_ column: String, _ operation: RowOperation) -> Bool {
        guard table.merge == .fields, let base = operation.base, let version = row.versions[table.clockName(of: column)] else {
            return false
        }
        return version <= base
    }

    private func wins(_ operation: RowOperation, over standing: WriteClock?) -> Bool {
        guard let standing else { return true }
        if let base = operation.base, base == row.sequence { return true }
        return standing.node == device || WriteClock(hlc: operation.hlc, node: device) > standing
    }

    private func clock(of operation: RowOperation) -> WriteClock {
        let hasSeen = operation.base != nil && operation.base == row.sequence || row.clock?.node == device
        let seen = operation.values.keys.filter { self.hasSeen($0, operation) }
            .compactMap { row.clocks[table.clockName(of: $0)]?.hlc }
        guard let cause = hasSeen ? row.clock?.hlc : seen.max() else { return WriteClock(hlc: operation.hlc, node: device) }
        return WriteClock(hlc: max(operation.hlc, HybridTime(rawValue: cause.rawValue + 1)), node: device)
    }

    private mutating func stamp(_ operation: RowOperation) {
        let new = clock(of: operation)
        if table.merge == .fields, row.body != nil, let before = row.clock {
            // Registers that were not written keep the time they had.
            for name in Set(table.registers.map { table.clockName(of: $0.name) }) where row.clocks[name] == nil {
                row.clocks[name] = before
            }
        }
        row.clock = WriteClock(hlc: max(new.hlc, row.clock?.hlc ?? new.hlc), node: device)
    }
}
