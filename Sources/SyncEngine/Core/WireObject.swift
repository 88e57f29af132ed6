import Foundation
import LocalStore

/// A JSON object read strictly: what is asked for must be there and of its type; what is not asked for may be there.
struct WireObject {
    /// Sums and tags are below this: 2^52, so that any JSON reader keeps every bit.
    static let tagLimit: Int64 = 1 << 52

    let path: String
    private let fields: [String: JSONValue]

    init(_ value: JSONValue, path: String) throws(WireError) {
        guard case .object(let fields) = value else { throw WireError("\(path) is not an object") }
        self.path = path
        self.fields = fields
    }

    /// Reads a whole body: one JSON object, nothing before or after it.
    init(parsing text: String, path: String) throws(WireError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw WireError("\(path) is no JSON (\(error))")
        }
        try self.init(value, path: path)
    }

    func has(_ name: String) -> Bool { fields[name] != nil }

    /// A whole number that is not negative.
    func count(_ name: String) throws(WireError) -> Int64 {
        guard case .int(let value)? = fields[name], value >= 0 else {
            throw WireError("\(path).\(name) is not a whole number from 0")
        }
        return value
    }

    func tag(_ name: String) throws(WireError) -> Int64 {
        let value = try count(name)
        guard value < Self.tagLimit else { throw WireError("\(path).\(name) is 2^52 or more") }
        return value
    }

    func bool(_ name: String) throws(WireError) -> Bool {
        guard case .bool(let value)? = fields[name] else { throw WireError("\(path).\(name) is not true or false") }
        return value
    }

    func text(_ name: String) throws(WireError) -> String {
        guard case .string(let value)? = fields[name] else { throw WireError("\(path).\(name) is not a text") }
        return value
    }

    /// Nil when it is null or absent.
    func textIfPresent(_ name: String) throws(WireError) -> String? {
        switch fields[name] {
        case nil, .null?: return nil
        case .string(let value)?: return value
        default: throw WireError("\(path).\(name) is not a text")
        }
    }

    /// A UUID in lower case, whatever case it came in.
    func uuid(_ name: String) throws(WireError) -> String {
        guard let value = UUID(uuidString: try text(name)) else { throw WireError("\(path).\(name) is not a UUID") }
        return value.uuidString.lowercased()
    }

    func uuidIfPresent(_ name: String) throws(WireError) -> String? {
        try textIfPresent(name) == nil ? nil : uuid(name)
    }

    /// A hybrid clock value: a decimal number as text.
    func hybridTime(_ name: String) throws(WireError) -> HybridTime {
        guard let value = Int64(try text(name)), value >= 0 else { throw WireError("\(path).\(name) is not a clock value") }
        return HybridTime(rawValue: value)
    }

    func texts(_ name: String) throws(WireError) -> [String] {
        var result: [String] = []
        for element in try elements(name) {
            guard case .string(let text) = element else { throw WireError("\(path).\(name) has an element that is not a text") }
            result.append(text)
        }
        return result
    }

    func elements(_ name: String) throws(WireError) -> [JSONValue] {
        guard case .array(let values)? = fields[name] else { throw WireError("\(path).\(name) is not a list") }
        return values
    }

    func objects(_ name: String) throws(WireError) -> [WireObject] {
        var result: [WireObject] = []
        for (index, element) in try elements(name).enumerated() {
            result.append(try WireObject(element, path: "\(path).\(name)[\(index)]"))
        }
        return result
    }

    func object(_ name: String) throws(WireError) -> WireObject {
        try WireObject(fields[name] ?? .null, path: "\(path).\(name)")
    }

    func values(_ name: String) throws(WireError) -> [String: JSONValue] {
        guard case .object(let values)? = fields[name] else { throw WireError("\(path).\(name) is not an object") }
        return values
    }

    /// Empty when it is null or absent.
    func valuesIfPresent(_ name: String) throws(WireError) -> [String: JSONValue] {
        if !has(name) || fields[name] == .null { return [:] }
        return try values(name)
    }
}
