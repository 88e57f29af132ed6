/// What can go wrong with a person's file, and what to do about it.
package enum StoreError: Error, Equatable, CustomStringConvertible {
    case cannotOpen(path: String, reason: String)
    case notAStore(path: String)
    case newerSchema(path: String, found: Int, supported: Int)
    case wrongPerson(path: String, expected: UserID, found: String)
    case unreadableColumn(String, value: String)
    case noSuchRow(table: String, id: String)
    /// The reserve is used up as well; nothing of the write remains.
    case diskFull(path: String)
    /// The file was kept in step with this account, and another one is asked for.
    case boundToAccount(String)
    case closed

    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "\(path) cannot be opened: \(reason)"
        case .notAStore(let path):
            "\(path) is not a companion-edge store. Restore a backup with 'companion-edge restore FILE', or move the file away to begin anew."
        case .newerSchema(let path, let found, let supported):
            "\(path) was written by a newer program (schema \(found); this one knows up to \(supported)). Update companion-edge; nothing was changed."
        case .wrongPerson(let path, let expected, let found):
            "\(path) holds the memories of \(found.prefix(8))..., not of \(expected.logForm). Put the file back under the name of its person."
        case .unreadableColumn(let column, let value):
            "The store holds '\(value.prefix(60))' in column \(column), which cannot be read. Run 'companion-edge doctor'."
        case .noSuchRow(let table, let id): "There is no row '\(id.prefix(60))' in \(table)."
        case .diskFull(let path):
            "There is no room left on the disk of \(path), so this could not be kept. Free some space, then say it again; what was kept before is safe."
        case .boundToAccount(let account):
            "What is kept here was in step with another account (\(account)), so nothing is sent to this one. Log in with that account, or part the two with 'companion-edge logout --unbind' and log in again; then everything goes to the new one."
        case .closed: "The store is closed."
        }
    }
}
