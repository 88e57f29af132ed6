/// Why keeping the files in order failed, and what to do about it.
package enum MaintenanceError: Error, Equatable, CustomStringConvertible {
    /// The operating system refused.
    case failed(path: String, reason: String)
    case storeIsOpen(path: String)
    case targetExists(path: String)
    /// A file offered as a backup cannot be used; nothing was changed.
    case unusableBackup(path: String, reason: String)
    case wrongPerson(path: String, expected: UserID, found: String)
    /// The copy just made does not stand the check; it was thrown away.
    case copyFailedCheck(path: String, finding: String)

    static func file(path: String, _ error: SystemError) -> MaintenanceError {
        .failed(path: path, reason: error.description)
    }

    package var description: String {
        switch self {
        case .failed(let path, let reason): "'\(path)': \(reason)."
        case .storeIsOpen(let path): "'\(path)' is open in this program. End the conversation first, then try again."
        case .targetExists(let path): "'\(path)' is there already. Choose another name, or ask for it to be replaced."
        case .unusableBackup(let path, let reason): "'\(path)' cannot be restored: \(reason). Nothing was changed."
        case .wrongPerson(let path, let expected, let found):
            "'\(path)' holds the memories of \(found.prefix(8))..., not of \(expected.logForm). Nothing was changed; give the right --user."
        case .copyFailedCheck(let path, let finding):
            "The copy '\(path)' did not stand the check (\(finding)) and was thrown away. Run 'companion-edge doctor': the store itself may be damaged."
        }
    }
}
