import Foundation

/// The backups kept in the data directory: the newest few of each person, every one checked when it was made.
///
/// A forgotten memory stays in the backups made before, until they are rotated away or the person is erased.
package struct BackupRotation: Sendable {
    package let directory: DataDirectory
    /// How many are kept for each person; at least one.
    package let keep: Int

    package init(directory: DataDirectory, keep: Int = 7) {
        self.directory = directory
        self.keep = max(1, keep)
    }

    /// Oldest first.
    package func files(of id: UserID) -> [BackupFile] {
        let folder = directory.backups(of: id)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasSuffix(".sqlite"), let madeAt = Timestamp(fileName: String(name.dropLast(7))) else { return nil }
            let url = folder.appending(path: name, directoryHint: .notDirectory)
            return BackupFile(url: url, bytes: FileSystem.size(url) ?? 0, madeAt: madeAt)
        }
    }

    package func newest(of id: UserID) -> BackupFile? { files(of: id).last }

    /// Whether the newest backup is older than `seconds`, or says that it was made after `now`: a clock that was set back
    /// must not stop backups for a year.
    package func isDue(for id: UserID, every seconds: Double, now: Timestamp) -> Bool {
        guard let newest = newest(of: id) else { return true }
        let age = now.seconds(since: newest.madeAt)
        return age >= seconds || age < 0
    }

    /// Makes a backup, then deletes the oldest ones beyond `keep`.
    package func run(_ store: PersonStore) async throws -> BackupFile {
        let folder = directory.backups(of: store.userID)
        try StoreFiles.makeFolder(folder)
        // Later than every other by name, so that it is not the one to go, whatever the clock says.
        let latest = newest(of: store.userID)?.madeAt.milliseconds
        let time = max(store.clock.now(), latest.map { Timestamp(milliseconds: $0 + 1) } ?? store.clock.now())
        let made = try await store.backUp(to: folder.appending(path: "\(time.fileName).sqlite", directoryHint: .notDirectory))
        for old in files(of: store.userID).dropLast(keep) {
            do throws(SystemError) {
                try FileSystem.remove(old.url.path)
            } catch {
                throw MaintenanceError.file(path: old.url.path, error)
            }
        }
        return made
    }
}

extension Timestamp {
    /// Reads what ``fileName`` wrote.
    init?(fileName: String) {
        let parts = Array(fileName)
        guard parts.count == 19, parts[8] == "T", parts[18] == "Z" else { return nil }
        func digits(_ range: Range<Int>) -> String { String(parts[range]) }
        self.init(
            iso8601: "\(digits(0..<4))-\(digits(4..<6))-\(digits(6..<8))T\(digits(9..<11)):\(digits(11..<13)):\(digits(13..<15))."
                + "\(digits(15..<18))Z")
    }
}
