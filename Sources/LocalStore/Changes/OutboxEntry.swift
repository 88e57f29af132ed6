import Foundation
import GRDB

/// One change that the cloud has not confirmed yet.
package struct OutboxEntry: Sendable, Hashable {
    package enum State: Int, Sendable {
        case pending = 0
        /// It has its number and will never change again.
        case sealed = 1
        /// The server has it; it stays laid over the shadow until the cursor passes it.
        case acknowledged = 2
        case done = 3
        case quarantined = 9
    }

    /// Order on this device.
    package let localID: Int64
    /// The device's contiguous operation number, given when the entry is first sent.
    package let number: Int64?
    /// Sixteen random bytes in hexadecimal.
    package let operationID: String
    /// Where the change comes from, likewise, once it has been sent or was made from another; until then ``operationID``.
    let origin: String?
    package let table: String
    package let rowKey: [String]
    /// `put`, `patch`, `ins`, `del`, `inc` or `add`.
    package let operation: String
    package let patch: [String: JSONValue]
    /// The server version of the row that the writer had seen, if any.
    package let base: Int64?
    package let hlc: HybridTime
    package let state: State
    /// Bytes of the patch as it is stored.
    let patchBytes: Int
}

extension OutboxEntry: FetchableRecord {
    package init(row: Row) throws {
        localID = row["lid"]
        number = row["n"]
        let id: Data = row["op_id"]
        operationID = id.hexadecimal
        origin = (row["origin"] as Data?)?.hexadecimal
        table = row["tbl"]
        rowKey = try row.jsonArray("row_key").map { $0.stringValue ?? $0.text }
        operation = row["op"]
        patch = try row.jsonObject("patch")
        patchBytes = (row["patch"] as String?)?.utf8.count ?? 0
        base = row["base"]
        hlc = HybridTime(rawValue: row["hlc"])
        let stored: Int = row["state"]
        guard let state = State(rawValue: stored) else { throw StoreError.unreadableColumn("state", value: String(stored)) }
        self.state = state
    }
}

extension Data {
    /// Two digits a byte, lower case.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(count * 2)
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension StoreView {
    /// Changes in the order they were made, by default those not yet confirmed.
    package func outbox(states: [OutboxEntry.State] = [.pending, .sealed, .acknowledged], limit: Int? = nil) throws
        -> [OutboxEntry]
    {
        try OutboxEntry.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM outbox WHERE \(Self.condition(states)) ORDER BY lid LIMIT ?"),
            arguments: [limit ?? -1])
    }

    package func outboxCount(states: [OutboxEntry.State] = [.pending, .sealed, .acknowledged]) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM outbox WHERE \(Self.condition(states))")) ?? 0
    }

    /// The newest value of this device's hybrid logical clock.
    package func lastHybridTime() throws -> HybridTime {
        HybridTime(rawValue: try Int64.fetchOne(db.cachedStatement(sql: "SELECT v FROM sync_state WHERE k = 'last_hlc'")) ?? 0)
    }

    /// Says what the indexes say where it can, so that what is done long ago costs nothing.
    private static func condition(_ states: [OutboxEntry.State]) -> String {
        let numbers = states.map(\.rawValue)
        let list = "state IN (\(numbers.map(String.init).joined(separator: ", ")))"
        return numbers.allSatisfy { $0 < 2 }
            ? "state < 2 AND \(list)" : numbers.allSatisfy { $0 < 3 } ? "state < 3 AND \(list)" : list
    }
}
