import Foundation
import GRDB

extension StoreTransaction {
    package static let mostOperations = 200
    package static let mostBytes = 512 << 10
    /// The server takes no single operation above this, in bytes of its JSON.
    package static let largestOperation = 256 << 10

    /// The operations to send next. Commit before they leave: from then on they are what they are, and are sent again exactly
    /// so until their results are stored.
    ///
    /// Operations that have left before come first and alone. Otherwise unsent changes are folded together, and as many as fit
    /// get their numbers.
    package func sealBatch(maxOperations: Int = Self.mostOperations, maxBytes: Int = Self.mostBytes) throws
        -> [OutgoingOperation]
    {
        let sealed = try OutboxEntry.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM outbox WHERE state = 1 ORDER BY n LIMIT ?"),
            arguments: [maxOperations])
        if !sealed.isEmpty { return Self.fitting(sealed.compactMap(\.outgoing), maxBytes) }
        let ready = try coalesce(count: maxOperations)
        var next = try view.syncPosition().nextNumber
        var batch: [OutgoingOperation] = []
        var bytes = 0
        let pending = try OutboxEntry.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM outbox WHERE state < 2 AND state = 0 AND lid <= ? ORDER BY lid LIMIT ?"),
            arguments: [ready, maxOperations])
        for entry in pending {
            // A copy of this file may number the same change too; with an id of its own the server can tell the two apart.
            let id = try randomUUID()
            let operation = entry.outgoing(number: next, id: id)
            let size = operation.json.text.utf8.count
            guard size <= Self.largestOperation else {
                try quarantine(entry, code: "PRE", message: "the change is larger than \(Self.largestOperation >> 10) KB")
                continue
            }
            guard batch.isEmpty || bytes + size <= maxBytes else { break }
            try db.run(
                "UPDATE outbox SET state = 1, n = ?, op_id = ? WHERE lid = ?", [next, Data(hexadecimal: id), entry.localID])
            batch.append(operation)
            bytes += size
            next += 1
        }
        try db.setSync("next_n", next)
        return batch
    }

    private static func fitting(_ operations: [OutgoingOperation], _ maxBytes: Int) -> [OutgoingOperation] {
        var bytes = 0
        return Array(
            operations.enumerated().prefix { index, operation in
                bytes += operation.json.text.utf8.count
                return index == 0 || bytes <= maxBytes
            }.map(\.element))
    }
}

extension OutboxEntry {
    /// Nil while the entry has no number.
    var outgoing: OutgoingOperation? { number.map { outgoing(number: $0, id: operationUUID) } }

    func outgoing(number: Int64, id: String) -> OutgoingOperation {
        OutgoingOperation(
            number: number, id: id, table: table, rowKey: rowKey, operation: operation,
            values: operation == "del" ? nil : patch, base: base, hlc: hlc)
    }

    /// The id with hyphens, as the server knows it.
    var operationUUID: String {
        var text = operationID
        for offset in [20, 16, 12, 8] where text.count > offset {
            text.insert("-", at: text.index(text.startIndex, offsetBy: offset))
        }
        return text
    }

    var rowKeyText: String { JSONValue.array(rowKey.map(JSONValue.string)).text }
}

extension Data {
    /// Two digits a byte; anything else, such as hyphens, is passed over.
    init(hexadecimal text: String) {
        let digits = text.compactMap(\.hexDigitValue)
        self.init(stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }
}
