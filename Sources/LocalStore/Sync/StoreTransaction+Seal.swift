import Foundation
import GRDB

extension StoreTransaction {
    package static let mostOperations = 500
    package static let mostBytes = 512 << 10
    /// The server takes no single operation above this, in bytes of its JSON.
    package static let largestOperation = 256 << 10

    /// The operations to send next. Commit before they leave: from then on they are what they are, and are sent again exactly
    /// so until their results are stored.
    ///
    /// Operations that have left before come first and alone. Otherwise unsent changes are folded together, and as many as fit
    /// get their numbers.
    ///
    /// - Parameter after: the number of the last operation on its way; what is asked for follows it.
    package func sealBatch(maxOperations: Int = Self.mostOperations, maxBytes: Int = Self.mostBytes, after: Int64 = 0) throws
        -> [OutgoingOperation]
    {
        let sealed = try OutboxEntry.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM outbox WHERE state = 1 AND n > ? ORDER BY n LIMIT ?"),
            arguments: [after, maxOperations])
        if !sealed.isEmpty { return Self.fitting(sealed, maxBytes) }
        let ready = try coalesce(count: maxOperations)
        var next = try db.syncInteger("next_n") ?? 1
        var batch: [OutgoingOperation] = []
        var bytes = 0
        for entry in try unsent(upTo: ready, maxOperations) {
            // A copy of this file may number the same change too; with an id of its own the server can tell the two apart.
            let id = try randomUUID()
            let operation = entry.outgoing(number: next, id: id)
            guard entry.sizeAtMost <= Self.largestOperation || operation.json.text.utf8.count <= Self.largestOperation else {
                try quarantine(entry, code: "PRE", message: "the change is larger than \(Self.largestOperation >> 10) KB")
                continue
            }
            guard batch.isEmpty || bytes + entry.sizeAtMost <= maxBytes else { break }
            try db.run(
                """
                UPDATE outbox SET state = 1, n = ?, op_id = ?, origin = CASE WHEN op = 'inc' THEN coalesce(origin, op_id) END
                WHERE lid = ?
                """, [next, Data(hexadecimal: id), entry.localID])
            batch.append(operation)
            bytes += entry.sizeAtMost
            next += 1
        }
        try db.setSync("next_n", next)
        return batch
    }

    private func unsent(upTo last: Int64, _ limit: Int) throws -> [OutboxEntry] {
        func fetch() throws -> [OutboxEntry] {
            try OutboxEntry.fetchAll(
                db.cachedStatement(sql: "SELECT * FROM outbox WHERE state < 2 AND state = 0 AND lid <= ? ORDER BY lid LIMIT ?"),
                arguments: [last, limit])
        }
        let entries = try fetch()
        // An older program may have captured columns that are no longer sent.
        let strange = entries.filter { entry in
            SyncedTable.named(entry.table).map { table in !entry.patch.keys.allSatisfy(table.sentNames.contains) } ?? false
        }
        guard !strange.isEmpty else { return entries }
        for entry in strange { try coalesce(entry.table, entry.rowKeyText) }
        return try fetch()
    }

    private static func fitting(_ entries: [OutboxEntry], _ maxBytes: Int) -> [OutgoingOperation] {
        var bytes = 0
        return entries.enumerated().prefix { index, entry in
            bytes += entry.sizeAtMost
            return index == 0 || bytes <= maxBytes
        }.compactMap(\.element.outgoing)
    }
}

extension OutboxEntry {
    /// Nil while the entry has no number.
    var outgoing: OutgoingOperation? { number.map { outgoing(number: $0, id: operationUUID) } }

    func outgoing(number: Int64, id: String) -> OutgoingOperation {
        OutgoingOperation(
            number: number, id: id, table: table, rowKey: rowKey, operation: operation,
            values: operation == "del" ? nil : patch, base: base, hlc: hlc,
            origin: operation == "inc" ? Self.uuid(hexadecimal: origin ?? operationID) : nil)
    }

    /// The id with hyphens, as the server knows it.
    var operationUUID: String { Self.uuid(hexadecimal: operationID) }

    static func uuid(hexadecimal digits: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        for (index, digit) in digits.utf8.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(digit)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// No fewer bytes than the operation's JSON will have, but for control characters, which are few. To make the JSON only to
    /// see its length costs as much as sending it.
    var sizeAtMost: Int { 250 + table.utf8.count + rowKey.reduce(0) { $0 + $1.utf8.count + 3 } + patchBytes }

    var rowKeyText: String { JSONValue.array(rowKey.map(JSONValue.string)).text }
}

extension Data {
    /// Two digits a byte; anything else, such as hyphens, is passed over.
    init(hexadecimal text: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = character - UInt8(ascii: "A") + 10
            default: continue
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        self.init(bytes)
    }
}
