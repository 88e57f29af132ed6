/// The archive: everything a person owns as JSON Lines.
///
/// The first line names format, version and person; then comes one object per row, `{"table":…}` with the row's columns; the last
/// line counts the rows. Text is UTF-8, times are as stored, absent columns are NULL. Two stores with the same content give the
/// same bytes. Files behind attachments are not in it, and neither is what only this device needs (outbox, shadow, device id).
package enum ArchiveFormat {
    static let name = "companion-edge archive"
    package static let version = 1
    /// The longest line that is read, in bytes: many times what a message of a megabyte needs.
    static let longestLine = 32 << 20
}

/// Why an archive was not imported. Nothing of it was kept.
package enum ArchiveError: Error, Equatable, CustomStringConvertible {
    case unreadable(reason: String)
    case notAnArchive(reason: String)
    case newerVersion(found: Int64, supported: Int)
    case otherPerson(found: UserID, expected: UserID)
    /// `total` may be more than the problems listed.
    case badLines([ArchiveProblem], total: Int)

    package var description: String {
        switch self {
        case .unreadable(let reason): "The archive cannot be read: \(reason)."
        case .notAnArchive(let reason): "This is not an archive of companion-edge: \(reason). Nothing was imported."
        case .newerVersion(let found, let supported):
            "A newer program wrote this archive (version \(found); this one knows up to \(supported)). Update companion-edge; nothing was imported."
        case .otherPerson(let found, let expected):
            "The archive holds the memories of \(found.logForm), not of \(expected.logForm). Choose the right --user, or ask for them to become this person's own. Nothing was imported."
        case .badLines(let problems, let total):
            "\(total == 1 ? "A line" : "\(total) lines") of the archive cannot be used, so nothing was imported:\n"
                + problems.map { "  \($0)" }.joined(separator: "\n")
                + (total > problems.count ? "\n  and \(total - problems.count) more" : "")
                + "\nCorrect the file, or import without these lines."
        }
    }
}

/// A line that cannot be used.
package struct ArchiveProblem: Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1.
    package let line: Int
    /// Completes the sentence "line 7: …".
    package let reason: String

    package var description: String { "line \(line): \(reason)" }
}

/// What an import did.
package struct ArchiveReport: Sendable, Hashable {
    package struct Counts: Sendable, Hashable {
        /// Rows that were not here before.
        package var added = 0
        /// Rows here that took something over.
        package var updated = 0
        /// Rows that were here already, as they are.
        package var unchanged = 0
        /// Rows whose counterpart here stays: it is newer, or was forgotten since. A memory's value becomes a revision.
        package var kept = 0

        package init(added: Int = 0, updated: Int = 0, unchanged: Int = 0, kept: Int = 0) {
            self.added = added
            self.updated = updated
            self.unchanged = unchanged
            self.kept = kept
        }
    }

    /// Whose archive it was.
    package let owner: UserID
    package internal(set) var tables: [String: Counts] = [:]
    /// The first lines that were left out, if that was allowed.
    package internal(set) var problems: [ArchiveProblem] = []
    /// How many lines were left out.
    package internal(set) var skipped = 0

    package var total: Counts {
        tables.values.reduce(into: Counts()) {
            $0.added += $1.added
            $0.updated += $1.updated
            $0.unchanged += $1.unchanged
            $0.kept += $1.kept
        }
    }
}
