import Foundation
import LocalStore

/// One operation against one row: what stands afterwards, and what the device is told.
struct ModelMerge {
    let table: ModelTable
    let operation: ModelOperation
    let device: String
    /// The row before; nil if there is none.
    let current: [String: JSONValue]?
    /// Its newest version, a tombstone included.
    let version: ModelVersion?

    private(set) var body: [String: JSONValue]?
    private(set) var written: Set<String> = []
    private(set) var isWritten = false
    private(set) var isLost = false
    private(set) var lost: [String: JSONValue] = [:]
    private(set) var kept: [String: JSONValue] = [:]
    /// What a counter really moved by.
    private(set) var counterStep: Double?

    init(
        table: ModelTable, operation: ModelOperation, device: String, current: [String: JSONValue]?, version: ModelVersion?
    ) {
        self.table = table
        self.operation = operation
        self.device = device
        self.current = current
        self.version = version
        body = current
    }

    mutating func decide() {
        switch (table.merge, operation.kind) {
        case (_, "del"): delete()
        case (_, "inc"): increment()
        case (_, "add"): add()
        case (.appendOnly, _): append()
        default: writeRegisters()
        }
    }

    var result: JSONValue {
        var fields: [String: JSONValue] = [
            "n": .int(operation.number), "id": .string(operation.id), "r": isLost ? "lost" : "ok",
        ]
        if !lost.isEmpty || isLost {
            fields["lost"] = .object(lost)
            fields["kept"] = .object(kept)
        }
        return .object(fields)
    }

    /// The hybrid time the row gets: after everything its writer is known to have seen.
    var stampedAt: Int64 {
        guard let version, hasSeenNewest || version.clock.node == device else { return operation.hlc }
        return max(operation.hlc, version.clock.hlc + 1)
    }

    private var hasSeenNewest: Bool {
        guard let version, let base = operation.base else { return false }
        return version.sequence == base
    }

    private mutating func delete() {
        guard let current else { return }
        if let version {
            guard hasSeenNewest || version.clock.node == device || clock > version.clock else {
                isLost = true
                kept = current.filter { table.isRegister($0.key) }
                return
            }
        }
        body = nil
        isWritten = true
    }

    private mutating func append() {
        guard current == nil, version == nil else {
            // The same row once more adds nothing and loses nothing; a deleted one stays deleted.
            isLost = current == nil
            lost = isLost ? operation.values : [:]
            return
        }
        create()
        set(operation.values)
    }

    private mutating func increment() {
        create()
        for (column, delta) in operation.values {
            guard let counter = table.counters[column] else { continue }
            let before = body?[column]?.doubleValue ?? counter.initial
            let scale = pow(10.0, Double(counter.decimals))
            let sum = ((before + (delta.doubleValue ?? 0)) * scale).rounded() / scale
            let after = min(counter.range.upperBound, max(counter.range.lowerBound, sum))
            counterStep = (counterStep ?? 0) + (after - before)
            set([column: .double(after)])
        }
    }

    private mutating func add() {
        create()
        for (column, elements) in operation.values {
            var present = body?[column]?.arrayValue ?? []
            for element in elements.arrayValue ?? [elements] where !present.contains(element) { present.append(element) }
            set([column: .array(present)])
        }
    }

    private mutating func writeRegisters() {
        guard current != nil || operation.kind != "patch" else {
            isLost = true
            lost = operation.values
            return
        }
        let winners = operation.values.filter { wins($0.key) }
        let losers = operation.values.filter { winners[$0.key] == nil }
        lost = losers
        kept = (current ?? [:]).filter { losers[$0.key] != nil }
        isLost = winners.isEmpty && !losers.isEmpty
        guard !isLost else { return }
        create()
        set(winners)
    }

    /// The order of the rules: who saw the newest version; who wrote last; the later clock.
    private func wins(_ column: String) -> Bool {
        guard let version else { return true }
        let standing: ModelClock
        if table.merge == .fields, !version.isDeleted {
            standing =
                version.fields[table.clockName(of: column)] ?? ModelClock(hlc: version.bornAt, node: version.clock.node)
        } else {
            standing = version.clock
        }
        return hasSeenNewest || standing.node == device || clock > standing
    }

    private var clock: ModelClock { ModelClock(hlc: operation.hlc, node: device) }

    private mutating func create() {
        if body == nil { body = table.columns }
        isWritten = true
    }

    private mutating func set(_ values: [String: JSONValue]) {
        for (column, value) in values {
            body?[column] = table.stored(value, in: column)
            written.insert(column)
        }
    }
}

extension ModelTable {
    func isRegister(_ column: String) -> Bool {
        writable.contains(column) && counters[column] == nil && !growingSets.contains(column)
    }

    /// A value as PostgreSQL gives it back.
    func stored(_ value: JSONValue, in column: String) -> JSONValue {
        guard moments.contains(column), let time = value.stringValue.flatMap(Timestamp.init(iso8601:)) else { return value }
        return .string(time.postgresText)
    }
}

extension Timestamp {
    /// As `to_jsonb` prints a `timestamptz` in UTC: decimals without trailing zeros, offset `+00:00`.
    package var postgresText: String {
        var text = String(iso8601.dropLast())
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text + "+00:00"
    }
}
