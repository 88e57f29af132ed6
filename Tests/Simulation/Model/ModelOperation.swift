import LocalStore

/// An operation of a push, as it came.
package struct ModelOperation: Sendable {
    package let number: Int64
    package let id: String
    package let table: String
    package let key: [String]?
    package let kind: String
    package let values: [String: JSONValue]
    package let base: Int64?
    package var hlc: Int64
    /// Where an increment comes from; nil for everything else, and from devices that do not say.
    package let origin: String?
    package let json: JSONValue

    package init(_ json: JSONValue) throws {
        guard let fields = json.objectValue, let number = fields["n"]?.intValue, let id = fields["id"]?.stringValue,
            let table = fields["t"]?.stringValue, let kind = fields["op"]?.stringValue,
            let clock = fields["h"]?.stringValue.flatMap(Int64.init)
        else { throw ModelError("22023", "an operation is not in its form: \(json.text.prefix(200))") }
        self.number = number
        self.id = id
        self.table = table
        self.kind = kind
        key = fields["k"]?.arrayValue.flatMap { elements in
            let texts = elements.compactMap(\.stringValue)
            return texts.count == elements.count ? texts : nil
        }
        values = fields["v"]?.objectValue ?? [:]
        base = fields["base"]?.intValue
        hlc = clock
        origin = fields["o"]?.stringValue
        self.json = json
    }

    static let kinds: Set<String> = ["put", "patch", "ins", "del", "inc", "add"]

    /// Why the server will not take it, whatever the data holds; nil if it may.
    func refusal(_ schema: ModelSchema) -> String? {
        guard let table = schema.tables[table] else { return "unknown table" }
        guard let key, key.count == table.key.count else { return "bad key" }
        guard Self.kinds.contains(kind) else { return "bad op" }
        guard json.text.utf8.count <= ModelSchema.largestOperation else { return "op too large" }
        guard kind != "del" || table.isDeletable else { return "not deletable" }
        guard values.keys.allSatisfy(table.writable.contains) else { return "column not writable" }
        guard kind != "inc" || values.keys.allSatisfy({ table.counters[$0] != nil }) else { return "not a counter" }
        guard kind != "add" || values.keys.allSatisfy(table.growingSets.contains) else { return "not a set" }
        if table.name == "memory" {
            guard Self.isMemoryKey(key[1]) else { return "bad memory key" }
            guard !key[1].hasPrefix("user_input_") else { return "reserved memory key" }
        }
        return nil
    }

    private static func isMemoryKey(_ text: String) -> Bool {
        (1...ModelSchema.longestMemoryKey).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
    }
}

extension ModelAccount {
    /// Keeps the texts of an operation that was taken in, whatever became of it.
    mutating func remember(_ operation: ModelOperation) {
        for value in operation.values.values {
            texts.formUnion(value.arrayValue?.compactMap(\.stringValue) ?? [value.stringValue].compactMap(\.self))
        }
    }
}
