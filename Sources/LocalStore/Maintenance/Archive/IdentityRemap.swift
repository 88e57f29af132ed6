import Foundation

/// Makes one person's rows another's, when that was asked for.
///
/// Ids of rows are changed as well, always in the same way for the same two people: the rows of both may meet in the cloud, and
/// importing twice must still find the same rows. Only random bits change, so time order stays.
struct IdentityRemap {
    let source: UserID
    let target: UserID

    func apply(to value: JSONValue, column: ArchiveTable.Column) -> JSONValue {
        guard source != target else { return value }
        switch (value, column.kind) {
        case (.string(let text), .text) where ["id", "conversation_id", "message_id"].contains(column.name):
            return .string(rowID(text))
        case (.string(let text), .text) where column.name == "email":
            return .string(text.replacingOccurrences(of: source.text, with: target.text))
        case (_, .json): return references(in: value)
        default: return value
        }
    }

    /// Ids of rows anywhere inside, such as the memories that an answer used.
    private func references(in value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text) where isTimeOrderedID(text): .string(rowID(text))
        case .array(let elements): .array(elements.map(references))
        case .object(let fields): .object(fields.mapValues(references))
        default: value
        }
    }

    private func isTimeOrderedID(_ text: String) -> Bool {
        text.utf8.count == 36 && text.utf8.dropFirst(14).first == UInt8(ascii: "7") && UUID(uuidString: text) != nil
    }

    private func rowID(_ text: String) -> String {
        guard let id = UUID(uuidString: text)?.uuid, let mask = UUID(uuidString: target.text)?.uuid else { return text }
        let changed = UUID(
            uuid: (
                id.0, id.1, id.2, id.3, id.4, id.5, id.6, id.7, id.8, id.9 ^ mask.9, id.10 ^ mask.10, id.11 ^ mask.11,
                id.12 ^ mask.12, id.13 ^ mask.13, id.14 ^ mask.14, id.15 ^ mask.15
            ))
        return changed.uuidString.lowercased()
    }
}
