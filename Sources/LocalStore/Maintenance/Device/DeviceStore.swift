import Foundation
import GRDB
import Glibc

/// What belongs to the box itself rather than to a person: who is known here, and its settings.
///
/// Everything about a person is in that person's own file; this one can be lost without losing a memory, see
/// ``adoptStoredPeople(of:)``. Hold the ``WriterLock`` while it is open.
package final class DeviceStore: Sendable {
    private let queue: DatabaseQueue
    let clock: any WallClock

    /// Marks the file as ours in SQLite's header: the letters "CEDV".
    static let applicationID = 0x4345_4456
    static let currentVersion = 2
    package static let longestName = 100

    private init(queue: DatabaseQueue, clock: any WallClock) {
        self.queue = queue
        self.clock = clock
    }

    /// Opens the store of a data directory, creating it as needed.
    package static func open(in directory: DataDirectory, clock: any WallClock = SystemWallClock()) throws -> DeviceStore {
        let path = directory.deviceStore.path
        do throws(SystemError) {
            Glibc.close(try FileSystem.openPrivate(path))
        } catch {
            throw DeviceStoreError.cannotOpen(path: path, reason: error.description)
        }
        var configuration = GRDB.Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        // Tokens that were replaced must not stay readable in the file.
        configuration.prepareDatabase {
            try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA secure_delete = ON")
        }
        do {
            try refuseForeignFile(path)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try migrator().migrate(queue)
            return DeviceStore(queue: queue, clock: clock)
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_NOTADB, .SQLITE_CORRUPT: throw DeviceStoreError.notADeviceStore(path: path)
            default:
                throw DeviceStoreError.cannotOpen(path: path, reason: error.message ?? String(describing: error.resultCode))
            }
        }
    }

    package func close() throws {
        try queue.close()
    }

    func reading<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.read(body)
    }

    func writing<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.write(body)
    }

    /// Empties the write-ahead log, which still holds what was overwritten.
    func forgetOverwritten() async throws {
        try await queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    private static func refuseForeignFile(_ path: String) throws {
        try FileProbe.read(path) { db in
            guard try FileProbe.isOurs(db, application: applicationID) else { throw DeviceStoreError.notADeviceStore(path: path) }
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            guard version <= currentVersion else {
                throw DeviceStoreError.newerSchema(path: path, found: version, supported: currentVersion)
            }
        }
    }

    private static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001_initial") { db in
            try db.execute(
                sql: """
                    CREATE TABLE people (
                        id TEXT NOT NULL PRIMARY KEY, name TEXT, created_at TEXT NOT NULL, last_used_at TEXT) WITHOUT ROWID;
                    CREATE TABLE settings (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                    PRAGMA application_id = \(applicationID);
                    PRAGMA user_version = 1;
                    """)
        }
        migrator.registerMigration("0002_accounts", migrate: createAccounts)
        return migrator
    }
}

extension DeviceStore {
    /// Everybody known here, the one who spoke last first.
    package func people() async throws -> [Person] {
        try await queue.read { db in
            try Person.fetchAll(db, sql: "SELECT * FROM people ORDER BY coalesce(last_used_at, created_at) DESC, id")
        }
    }

    package func person(id: UserID) async throws -> Person? {
        try await queue.read { db in try Person.fetchOne(db, sql: "SELECT * FROM people WHERE id = ?", arguments: [id]) }
    }

    /// Those with this name, whatever its case, accents of typing or spaces around it.
    package func people(named name: String) async throws -> [Person] {
        let wanted = TextNormalizer.normalize(name)
        return try await people().filter { person in person.name.map(TextNormalizer.normalize) == wanted }
    }

    /// The one person that an id or a name means.
    ///
    /// - Throws: ``DeviceStoreError/unknownPerson(_:known:)`` or ``DeviceStoreError/ambiguousName(_:candidates:)``; an id
    ///   that is well formed but unknown is unknown, never a new person.
    package func person(matching text: String) async throws -> Person {
        if let id = try? UserID(identity: text) {
            if let person = try await person(id: id) { return person }
        } else {
            let candidates = try await people(named: text)
            guard candidates.count < 2 else { throw DeviceStoreError.ambiguousName(text, candidates: candidates) }
            if let person = candidates.first { return person }
        }
        throw DeviceStoreError.unknownPerson(text, known: try await people())
    }

    /// Makes somebody known. For a known person a given name takes the place of the old one.
    @discardableResult
    package func addPerson(id: UserID, name: String? = nil) async throws -> Person {
        let name = try name.map(Self.usable)
        let now = clock.now()
        return try await queue.write { db in
            try Self.one(
                db,
                sql: """
                    INSERT INTO people (id, name, created_at) VALUES (?1, ?2, ?3)
                    ON CONFLICT (id) DO UPDATE SET name = coalesce(?2, name) RETURNING *
                    """, arguments: [id, name, now], id)
        }
    }

    /// Nil takes the name away.
    @discardableResult
    package func renamePerson(_ id: UserID, to name: String?) async throws -> Person {
        let name = try name.map(Self.usable)
        return try await queue.write { db in
            try Self.one(db, sql: "UPDATE people SET name = ?2 WHERE id = ?1 RETURNING *", arguments: [id, name], id)
        }
    }

    /// Notes that the person is speaking now.
    package func markUsed(_ id: UserID) async throws {
        let now = clock.now()
        try await queue.write { db in
            try db.execute(sql: "UPDATE people SET last_used_at = ? WHERE id = ?", arguments: [now, id])
        }
    }

    /// Makes everybody known whose file lies in the directory, after `device.sqlite` was lost or a file was put there by
    /// hand; gives the ids that were new.
    @discardableResult
    package func adoptStoredPeople(of directory: DataDirectory) async throws -> [UserID] {
        let known = Set(try await people().map(\.id))
        let new = try directory.storedPeople().filter { !known.contains($0) }
        for id in new { try await addPerson(id: id) }
        return new
    }

    /// Takes the person off the list; what happens to the file, ``removePerson(_:from:_:)`` decides.
    func forgetRow(of id: UserID) async throws {
        try await queue.write { db in try db.execute(sql: "DELETE FROM people WHERE id = ?", arguments: [id]) }
    }

    package func setting(_ key: String) async throws -> String? {
        try await queue.read { db in try String.fetchOne(db, sql: "SELECT value FROM settings WHERE key = ?", arguments: [key]) }
    }

    /// Nil takes the setting away.
    package func setSetting(_ key: String, _ value: String?) async throws {
        try await queue.write { db in
            if let value {
                try db.execute(
                    sql: "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
                    arguments: [key, value])
            } else {
                try db.execute(sql: "DELETE FROM settings WHERE key = ?", arguments: [key])
            }
        }
    }

    private static func one(_ db: Database, sql: String, arguments: StatementArguments, _ id: UserID) throws -> Person {
        guard let person = try Person.fetchOne(db, sql: sql, arguments: arguments) else {
            throw DeviceStoreError.unknownPerson(id.text, known: try Person.fetchAll(db, sql: "SELECT * FROM people"))
        }
        return person
    }

    private static func usable(_ name: String) throws(DeviceStoreError) -> String {
        let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !trimmed.isEmpty else { throw .unusableName(reason: "it is empty") }
        guard trimmed.unicodeScalars.count <= longestName else {
            throw .unusableName(reason: "it has \(trimmed.unicodeScalars.count) characters, and \(longestName) are the most")
        }
        guard !trimmed.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .unusableName(reason: "it holds control characters")
        }
        return trimmed
    }
}
