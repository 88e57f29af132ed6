/// The name of a memory inside its category: English snake_case, 1 to 100 characters of `a-z`, `0-9` and `_`.
///
/// Holding a value of this type is the permission to write: keys that once held raw utterances (`user_input_…`) and keys in
/// other scripts cannot be made.
package struct MemoryKey: Sendable, Hashable {
    package static let maximumLength = 100

    package let text: String

    /// Takes a key only if it is already in its proper form.
    package init(validating text: String) throws(MemoryInputError) {
        guard let first = text.utf8.first else { throw .emptyKey }
        guard text.utf8.count <= Self.maximumLength else { throw .keyTooLong(length: text.utf8.count) }
        guard text.utf8.allSatisfy(Self.isAllowed), first != UInt8(ascii: "_") else { throw .malformedKey(text) }
        guard !text.hasPrefix("user_input_") else { throw .reservedKey(text) }
        self.text = text
    }

    /// Lower-cases and turns every run of other characters into one underscore first, so that `Favorite Food!` is taken as
    /// `favorite_food`.
    package init(normalizing text: String) throws(MemoryInputError) {
        var result = ""
        var pendingSeparator = false
        for byte in text.lowercased().utf8 {
            if Self.isAllowed(byte), byte != UInt8(ascii: "_") {
                if pendingSeparator, !result.isEmpty { result += "_" }
                pendingSeparator = false
                result.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                pendingSeparator = true
            }
        }
        guard !result.isEmpty else { throw text.isEmpty ? .emptyKey : .malformedKey(text) }
        try self.init(validating: result)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension MemoryKey: CustomStringConvertible {
    package var description: String { text }
}

/// Why something cannot be stored as a memory, and what would be.
package enum MemoryInputError: Error, Equatable, CustomStringConvertible {
    case unknownCategory(String)
    case emptyKey
    case keyTooLong(length: Int)
    case malformedKey(String)
    case reservedKey(String)
    case emptyValue
    case valueTooLong(length: Int, limit: Int)
    case swappedKeyAndValue(key: String)

    package var description: String {
        switch self {
        case .unknownCategory(let text):
            "'\(text.prefix(40))' is not a memory category; choose one of "
                + MemoryCategory.known.map(\.rawValue).joined(separator: ", ") + "."
        case .emptyKey: "The memory's key is empty; name what is remembered, such as favorite_food."
        case .keyTooLong(let length):
            "The memory's key has \(length) characters; at most \(MemoryKey.maximumLength) are allowed. Put the long text into the value."
        case .malformedKey(let text):
            "'\(text.prefix(40))' cannot be a memory's key; use lower-case English words joined by underscores, such as favorite_food."
        case .reservedKey(let text):
            "'\(text.prefix(40))' cannot be a memory's key: keys that begin with user_input_ are reserved. Choose a name for what is remembered."
        case .emptyValue: "There is nothing to remember: the value is empty."
        case .valueTooLong(let length, let limit):
            "The value has \(length) characters; at most \(limit) are kept. Split it into several memories."
        case .swappedKeyAndValue(let key):
            "'\(key.prefix(40))' looks like the value and the value looks like the key; give the key first, such as favorite_food=biryani."
        }
    }
}
