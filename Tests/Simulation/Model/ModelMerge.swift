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
        guard let version else { return operation.hlc }
        if hasSeenNewest || version.clock.node == device { return max(operation.hlc, version.clock.hlc + 1) }
        guard current != nil else { return operation.hlc }
        let seen = operation.values.keys.map(table.clockName).filter(hasSeen).compactMap { version.fields[$0]?.hlc }
        return max(operation.hlc, (seen.max() ?? -1) + 1)
    }

    /// Whether the writer had seen the value that stands in a field, though not the row's newest version.
    private func hasSeen(field: String) -> Bool {
        guard let base = operation.base, let sequence = version?.fieldSequences[field] else { return false }
        return sequence <= base
    }

    private var hasSeenNewest: Bool {
        guard let version, let base = operation.base else { return false }
        return version.sequence == base || (version.clock.node == device && base >= version.soloFrom)
    }

    private mutating func delete() {
        guard let current else {
            // A row that this server has never had, or no longer: whoever brings it later has to find that it was deleted.
            isWritten = version == nil
            return
        }
        if let version, table.merge != .appendOnly {
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
        guard current != nil || version != nil else {
            create()
            set(operation.values)
            return
        }
        // The same row once more adds nothing and loses nothing; another under its name loses, and a deleted one stays deleted.
        lost = operation.values.filter { column, value in
            current == nil || (table.isRegister(column) && current?[column] != table.stored(value, in: column))
        }
        kept = (current ?? [:]).filter { lost[$0.key] != nil }
        isLost = current == nil || !lost.isEmpty
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
        if current == nil { create() }
        for (column, elements) in operation.values { unite(elements, with: column) }
    }

    private mutating func unite(_ elements: JSONValue, with column: String) {
        let before = body?[column]?.arrayValue ?? []
        var present = before
        for element in elements.arrayValue ?? [elements] where !before.contains(element) { present.append(element) }
        guard present.count > before.count else { return }
        create()
        set([column: .array(present)])
    }

    private mutating func writeRegisters() {
        guard current != nil || operation.kind != "patch" else {
            isLost = true
            lost = operation.values
            return
        }
        guard let current else {
            // A deleted row comes back as a whole or not at all.
            guard operation.values.keys.allSatisfy(wins) else {
                isLost = true
                lost = operation.values
                return
            }
            create()
            set(operation.values)
            return
        }
        for (column, value) in operation.values where table.stamps.contains(column) == false && table.counters[column] == nil {
            if table.growingSets.contains(column) {
                unite(value, with: column)
            } else if table.latches.contains(column) {
                guard current[column] != false, value != true else { continue }
                create()
                set([column: value])
            } else if wins(column) {
                create()
                set([column: value])
            } else if table.stored(value, in: column) != current[column] {
                lost[column] = value
                kept[column] = current[column]
            }
        }
        isLost = !isWritten && !lost.isEmpty
    }

    /// The order of the rules: who saw the newest version; who wrote last; the later clock.
    private func wins(_ column: String) -> Bool {
        guard let version else { return true }
        let standing: ModelClock
        if table.merge == .fields, !version.isDeleted {
            standing =
                version.fields[table.clockName(of: column)] ?? ModelClock(hlc: version.bornAt, node: version.bornBy)
        } else {
            standing = version.clock
        }
        if table.merge == .fields, !version.isDeleted, hasSeen(field: table.clockName(of: column)) { return true }
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
        writable.contains(column) && counters[column] == nil && !growingSets.contains(column) && !stamps.contains(column)
            && !latches.contains(column)
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
