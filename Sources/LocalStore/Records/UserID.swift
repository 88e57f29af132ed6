import Foundation

/// A person's identity: a version-4 UUID, always lower case.
///
/// The same text is the row id in the cloud, the name of the person's file on the device and, behind `user-`, the identity
/// in a room. There is no "current user" anywhere: functions that need one take this type.
package struct UserID: Sendable, Hashable {
    /// Thirty-six characters, hyphens included, lower case.
    package let text: String

    /// Reads the bare form, `xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx`, in either case, with nothing around it.
    package init(_ text: String) throws(UserIDError) {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count == 36 else {
            let looksLikePrefix = text.utf8.count == 8 && text.utf8.allSatisfy(\.isHexDigit)
            throw looksLikePrefix ? .prefixOnly(text) : .malformed(text)
        }
        for (index, byte) in text.utf8.enumerated() {
            switch index {
            case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { throw .malformed(text) }
            default: guard byte.isHexDigit else { throw .malformed(text) }
            }
        }
        let lowered = text.lowercased()
        let bytes = Array(lowered.utf8)
        guard bytes[14] == UInt8(ascii: "4") else { throw .wrongVersion(text, version: Character(UnicodeScalar(bytes[14]))) }
        guard "89ab".utf8.contains(bytes[19]) else { throw .malformed(text) }
        self.text = lowered
    }

    /// Reads a participant's identity: surrounding blanks are dropped, and one leading `user-`.
    package init(identity: String) throws(UserIDError) {
        let trimmed = identity.trimmingCharacters(in: .whitespacesAndNewlines)
        try self.init(trimmed.hasPrefix("user-") ? String(trimmed.dropFirst(5)) : trimmed)
    }

    private init(generated: UUID) {
        text = generated.uuidString.lowercased()
    }

    package static func random() -> UserID {
        UserID(generated: UUID())
    }

    /// The first eight characters and an ellipsis: enough to follow a log, too little to name a person.
    package var logForm: String { text.prefix(8) + "..." }
}

extension UserID: CustomStringConvertible {
    package var description: String { text }
}

extension UserID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode(String.self))
        } catch let error as UserIDError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Why a text is no user id.
package enum UserIDError: Error, Equatable, CustomStringConvertible {
    case empty
    /// Only the first eight characters of an id, as logs show it.
    case prefixOnly(String)
    case wrongVersion(String, version: Character)
    case malformed(String)

    package var description: String {
        let example = "such as 7f9c24e8-3b12-4fef-91e0-aa10b2c3d4e5"
        return switch self {
        case .empty: "The user id is empty; give a version-4 UUID \(example)."
        case .prefixOnly(let text): "'\(text)' is only the beginning of a user id; give all 36 characters, \(example)."
        case .wrongVersion(let text, let version):
            "'\(text)' is a UUID of version \(version), and user ids are of version 4, \(example)."
        case .malformed(let text): "'\(text.prefix(60).debugQuoted)' is not a user id; give a version-4 UUID \(example)."
        }
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}

extension Substring {
    /// Control characters made visible, so that a message stays on its line.
    fileprivate var debugQuoted: String {
        reduce(into: "") { result, character in
            switch character {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.append(character)
            }
        }
    }
}
