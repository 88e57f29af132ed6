/// A change with its number, in the form in which it leaves the device. The same change always gives the same bytes.
package struct OutgoingOperation: Sendable, Hashable {
    /// The device's contiguous operation number.
    package let number: Int64
    /// A UUID, lower case.
    package let id: String
    package let table: String
    package let rowKey: [String]
    /// `put`, `patch`, `ins`, `del`, `inc` or `add`.
    package let operation: String
    /// Nil for a deletion.
    package let values: [String: JSONValue]?
    /// The version of the row that the writer had seen; nil if none.
    package let base: Int64?
    package let hlc: HybridTime
    /// Where an increment comes from, a UUID in lower case: it counts once, however many copies of this file send it. Nil for
    /// changes that may come twice.
    package let origin: String?

    package init(
        number: Int64, id: String, table: String, rowKey: [String], operation: String, values: [String: JSONValue]?,
        base: Int64?, hlc: HybridTime, origin: String? = nil
    ) {
        self.number = number
        self.id = id
        self.table = table
        self.rowKey = rowKey
        self.operation = operation
        self.values = values
        self.base = base
        self.hlc = hlc
        self.origin = origin
    }

    /// The clock value is text: JSON numbers lose bits above 2^53 in many programs.
    package var json: JSONValue {
        var fields: [String: JSONValue] = [
            "n": .int(number), "id": .string(id), "t": .string(table), "k": .array(rowKey.map(JSONValue.string)),
            "op": .string(operation), "h": .string(String(hlc.rawValue)),
        ]
        if let values { fields["v"] = .object(values) }
        if let base { fields["base"] = .int(base) }
        if let origin { fields["o"] = .string(origin) }
        return .object(fields)
    }

    /// Adds the text of ``json`` to what is there, without making it: ten thousand changes are sent in one go.
    package func append(to text: inout String) {
        text += base.map { "{\"base\":\($0),\"h\":\"" } ?? "{\"h\":\""
        text += String(hlc.rawValue)
        text += "\",\"id\":"
        JSONValue.append(quoted: id, to: &text)
        text += ",\"k\":["
        for (index, part) in rowKey.enumerated() {
            if index > 0 { text += "," }
            JSONValue.append(quoted: part, to: &text)
        }
        text += "],\"n\":"
        text += String(number)
        if let origin {
            text += ",\"o\":"
            JSONValue.append(quoted: origin, to: &text)
        }
        text += ",\"op\":"
        JSONValue.append(quoted: operation, to: &text)
        text += ",\"t\":"
        JSONValue.append(quoted: table, to: &text)
        if let values {
            text += ",\"v\":"
            JSONValue.object(values).append(to: &text)
        }
        text += "}"
    }
}
