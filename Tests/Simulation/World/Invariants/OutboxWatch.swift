import Foundation
import GRDB
import LocalStore

/// Follows a seat's outbox from step to step: what is sealed never changes (but for the version it was made on, which means nothing
/// in another history), numbers have no gaps, clocks only rise.
struct OutboxWatch: Sendable {
    struct Entry: Sendable, Hashable {
        let localID: Int64
        let number: Int64?
        let operationID: Data
        let table: String
        let rowKey: String
        let operation: String
        let patch: String?
        let base: Int64?
        let hlc: Int64
        let state: Int
    }

    private(set) var entries: [Entry] = []
    private var sealed: [Int64: Entry] = [:]
    private var cursor: Int64 = 0
    private var epoch: String?
    private var lastClock: Int64 = 0
    private var clockOffset: Int64 = 0

    mutating func check(_ db: Database) throws {
        let before = Dictionary(uniqueKeysWithValues: entries.map { ($0.localID, $0.hlc) })
        entries = try Self.read(db)
        let isRetimed = entries.contains { $0.state < 2 && $0.hlc < before[$0.localID] ?? 0 }
        let state = try SyncState(db)
        try checkSealed()
        try checkOrder(state, isRetimed: isRetimed)
        if epoch == state.epoch, state.cursor < cursor, state.cursor != 0 {
            throw RunReport.Violation("I7", "the cursor went back from \(cursor) to \(state.cursor)")
        }
        (cursor, epoch) = (state.cursor, state.epoch)
        (lastClock, clockOffset) = (state.lastClock, state.clockOffset)
    }

    private mutating func checkSealed() throws {
        for entry in entries where entry.number != nil && (1...2).contains(entry.state) {
            // Another id is another sealing: after a rewind everything is numbered anew.
            if let before = sealed[entry.localID], before.operationID == entry.operationID, !entry.isSame(as: before) {
                throw RunReport.Violation("I5", "a sealed change became another: \(before) is now \(entry)")
            }
            sealed[entry.localID] = entry
        }
    }

    private func checkOrder(_ state: SyncState, isRetimed: Bool) throws {
        let numbers = entries.filter { $0.state == 1 }.compactMap(\.number).sorted()
        if let first = numbers.first, numbers != Array(first..<first + Int64(numbers.count)) {
            throw RunReport.Violation("I6", "the numbers of sealed changes have gaps: \(numbers)")
        }
        if Set(entries.compactMap(\.number)).count != entries.compactMap(\.number).count {
            throw RunReport.Violation("I6", "two changes have one number")
        }
        // A clock that turned out to be wrong is set right, with everything that has not left yet.
        if state.lastClock < lastClock, state.clockOffset == clockOffset, !isRetimed {
            throw RunReport.Violation("I15", "the hybrid clock went back from \(lastClock) to \(state.lastClock)")
        }
        // What is in quarantine keeps the time it was refused with; it gets a new one when it is offered again.
        let dated = entries.filter { $0.state != 9 }
        for (earlier, later) in zip(dated, dated.dropFirst()) where earlier.hlc >= later.hlc {
            throw RunReport.Violation("I15", "a later change has no later clock: \(earlier) then \(later)")
        }
    }

    private static func read(_ db: Database) throws -> [Entry] {
        var entries: [Entry] = []
        try db.forEachRow("SELECT lid, n, op_id, tbl, row_key, op, patch, base, hlc, state FROM outbox ORDER BY lid") {
            entries.append(
                Entry(
                    localID: $0.integer(0), number: $0.integerIfPresent(1), operationID: $0.data(2), table: $0.text(3),
                    rowKey: $0.text(4), operation: $0.text(5), patch: $0.textIfPresent(6), base: $0.integerIfPresent(7),
                    hlc: $0.integer(8), state: Int($0.integer(9))))
        }
        return entries
    }
}

extension OutboxWatch.Entry {
    fileprivate func isSame(as other: Self) -> Bool {
        number == other.number && table == other.table && rowKey == other.rowKey
            && operation == other.operation && patch == other.patch && (base == other.base || base == nil) && hlc == other.hlc
    }
}
