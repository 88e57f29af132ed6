import GRDB

/// Writes lines of an archive: compact JSON, one object each, always the same bytes for the same row.
struct ArchiveLineWriter {
    private(set) var bytes: [UInt8] = []

    mutating func header(owner: UserID) {
        add("{\"format\":\"\(ArchiveFormat.name)\",\"version\":\(ArchiveFormat.version),\"user\":\"\(owner.text)\"}\n")
    }

    /// Tells a whole archive from one that was cut short.
    mutating func footer(rows: Int) {
        add("{\"end\":true,\"rows\":\(rows)}\n")
    }

    /// `values` are those of the table's columns; what is NULL is left out.
    mutating func row(_ table: ArchiveTable, _ values: some Sequence<DatabaseValue>) {
        add("{\"table\":\"\(table.name)\"")
        for (column, value) in zip(table.columns, values) where !value.isNull {
            add(",\"\(column.name)\":")
            add(value, as: column.kind)
        }
        add("}\n")
    }

    private mutating func add(_ value: DatabaseValue, as kind: ArchiveTable.Kind) {
        switch (value.storage, kind) {
        case (.int64(let number), .boolean) where number == 0 || number == 1: add(number == 1 ? "true" : "false")
        case (.int64(let number), _): add(String(number))
        case (.double(let number), _): add(JSONValue.double(number).text)
        case (.string(let text), .json): addJSON(text)
        case (.string(let text), _): add(quoted: text)
        case (.blob(let data), _): add(quoted: String(decoding: data, as: UTF8.self))
        case (.null, _): add("null")
        }
    }

    /// What is no JSON although it should be goes along as a string.
    private mutating func addJSON(_ text: String) {
        if text == "{}" || text == "[]" { return add(text) }
        do throws(JSONReader.Failure) {
            add(try JSONReader.value(of: Array(text.utf8)).text)
        } catch {
            add(quoted: text)
        }
    }

    private mutating func add(quoted text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): add("\\\"")
            case UInt8(ascii: "\\"): add("\\\\")
            case 0x0A: add("\\n")
            case 0x0D: add("\\r")
            case 0x09: add("\\t")
            case 0..<0x20: add("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func add(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
