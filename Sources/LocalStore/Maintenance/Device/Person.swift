import GRDB

/// Somebody this device knows.
package struct Person: Sendable, Hashable, Codable {
    package let id: UserID
    /// What they are called here; two people may have the same name.
    package let name: String?
    package let createdAt: Timestamp
    package let lastUsedAt: Timestamp?
}

extension Person: FetchableRecord {
    package init(row: Row) throws {
        id = try row.decode(UserID.self, forColumn: "id")
        name = row["name"]
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        lastUsedAt = try row.decodeIfPresent(Timestamp.self, forColumn: "last_used_at")
    }
}

/// What can go wrong with the device's own store, and what to do about it.
package enum DeviceStoreError: Error, Equatable, CustomStringConvertible {
    case cannotOpen(path: String, reason: String)
    case notADeviceStore(path: String)
    case newerSchema(path: String, found: Int, supported: Int)
    case unknownPerson(String, known: [Person])
    case ambiguousName(String, candidates: [Person])
    case unusableName(reason: String)

    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "\(path) cannot be opened: \(reason)."
        case .notADeviceStore(let path):
            "\(path) is damaged or not companion-edge's. Move it away and start again: people are found again from their own files, only the box's settings are lost."
        case .newerSchema(let path, let found, let supported):
            "\(path) was written by a newer program (schema \(found); this one knows up to \(supported)). Update companion-edge; nothing was changed."
        case .unknownPerson(let text, let known) where known.isEmpty:
            "Nobody called '\(text.prefix(60))' is known here, nor anybody else yet. Begin with 'companion-edge onboard'."
        case .unknownPerson(let text, let known):
            "Nobody called '\(text.prefix(60))' is known here. Known: \(Self.list(known)). Give one of these names or ids with --user."
        case .ambiguousName(let name, let candidates):
            "\(candidates.count) people here are called '\(name.prefix(60))': \(Self.list(candidates)). Give the id with --user."
        case .unusableName(let reason): "That cannot be a person's name: \(reason)."
        }
    }

    private static func list(_ people: [Person]) -> String {
        people.map { person in
            let name = person.name.map { "\($0) " } ?? ""
            return "\(name)(\(person.id.text), since \(person.createdAt.localMinute.prefix(10)))"
        }.joined(separator: ", ")
    }
}
