import Foundation

/// How closely a store is looked at.
package enum IntegrityDepth: Sendable, Hashable {
    /// The structure of every page, without comparing indexes to rows.
    case quick
    /// Pages, indexes, references, the search index, and that the outbox accounts for every row.
    case full
}

/// Something wrong in a store.
package enum IntegrityProblem: Sendable, Hashable, CustomStringConvertible {
    case damage(String)
    case danglingReference(table: String, parent: String)
    case searchIndex(String)
    case unreadableChange(localID: Int64, reason: String)
    /// A row that no change and no copy of the cloud's state accounts for: it would never reach another device.
    case untrackedRow(table: String, rowKey: String)
    /// What the outbox says about a row is not what the row is.
    case disagreement(table: String, rowKey: String, reason: String)
    /// The sums over the copy of the cloud's rows are not those of the rows.
    case sums

    package var description: String {
        switch self {
        case .damage(let finding): finding
        case .danglingReference(let table, let parent): "a row of \(table) belongs to a row of \(parent) that is not there"
        case .searchIndex(let finding): "the search index is wrong (\(finding)); 'companion-edge doctor --fix' builds it anew"
        case .unreadableChange(let localID, let reason): "change \(localID) in the outbox cannot be read: \(reason)"
        case .untrackedRow(let table, let rowKey): "row \(rowKey.prefix(80)) of \(table) is not in the outbox"
        case .sums: "the copy of the cloud's rows does not add up; 'companion-edge sync reset' fetches it anew"
        case .disagreement(let table, let rowKey, let reason): "row \(rowKey.prefix(80)) of \(table): \(reason)"
        }
    }
}

/// What looking at a store found.
package struct IntegrityReport: Sendable, Hashable {
    package let depth: IntegrityDepth
    /// At most a hundred of each kind.
    package let problems: [IntegrityProblem]
    package let checkedAt: Timestamp

    package var isSound: Bool { problems.isEmpty }
    /// Whether the file itself is broken, so that only a backup helps.
    package var isDamaged: Bool {
        problems.contains { if case .damage = $0 { true } else { false } }
    }
}

/// A store that is too damaged to be opened. It is left as it is.
package struct StoreDamage: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let finding: String
    package let newestBackup: BackupFile?

    package var description: String {
        let advice =
            if let newestBackup {
                "Run 'companion-edge restore \(newestBackup.url.path)' to go back to the backup of \(newestBackup.madeAt.localMinute); the damaged file is kept beside it."
            } else {
                "There is no backup in the data directory: if you have one elsewhere, run 'companion-edge restore FILE'. Keep the damaged file; much of it can often be recovered."
            }
        return "\(path) is damaged (\(finding)). Nothing was changed or deleted. \(advice)"
    }
}
