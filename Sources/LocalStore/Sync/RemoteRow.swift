/// A row's state as the server has it.
package struct RemoteRow: Sendable, Hashable {
    package let table: String
    package let rowKey: [String]
    /// The row's place in the person's sequence of changes.
    package let sequence: Int64
    /// This version's share in the page's integrity value: below 2^52, new with every version.
    package let tag: Int64
    package let hlc: HybridTime
    /// The device or program that wrote it.
    package let node: String
    /// Nil: the row is deleted.
    package let body: [String: JSONValue]?

    package init(
        table: String, rowKey: [String], sequence: Int64, tag: Int64 = 0, hlc: HybridTime, node: String,
        body: [String: JSONValue]?
    ) {
        self.table = table
        self.rowKey = rowKey
        self.sequence = sequence
        self.tag = tag
        self.hlc = hlc
        self.node = node
        self.body = body
    }

    var rowKeyText: String { JSONValue.array(rowKey.map(JSONValue.string)).text }
}
