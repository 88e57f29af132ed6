import Foundation
import GRDB
import Synchronization

/// One person's SQLite file: the only copy that counts of what they said and what is known about them.
///
/// A write is on the disk when `write` returns (WAL with `synchronous=FULL`). There is one writing connection; concurrent
/// writes share a transaction and one fsync; what fails takes nobody else with it. Hold the ``WriterLock`` of the data directory
/// before opening: two writing processes are not safe with every SQLite version in use.
package final class PersonStore: Sendable {
    package let userID: UserID
    package let file: URL
    package let clock: any WallClock
    package let deviceID: String
    let pool: DatabasePool
    private let committer: GroupCommitter
    private let reserve: DiskReserve?
    private let tableChanges = TableChanges()

    private init(
        userID: UserID, file: URL, clock: any WallClock, deviceID: String, pool: DatabasePool, reserve: DiskReserve?
    ) {
        self.userID = userID
        self.file = file
        self.clock = clock
        self.deviceID = deviceID
        self.pool = pool
        self.reserve = reserve
        committer = GroupCommitter(
            pool: pool, userID: userID, deviceID: deviceID, clock: clock, tableChanges: tableChanges)
        pool.add(transactionObserver: tableChanges, extent: .observerLifetime)
    }

    /// Opens `file`, creating it (mode 0600) and bringing its schema up to date as needed.
    ///
    /// - Parameter reserve: room to give up when the disk is full, so that the write under way still succeeds.
    /// - Throws: ``StoreError`` when the file is no store, is from a newer program, or belongs to somebody else.
    package static func open(
        _ file: URL, userID: UserID, clock: any WallClock = SystemWallClock(), reserve: DiskReserve? = nil
    ) throws -> PersonStore {
        try createPrivately(file)
        let pool: DatabasePool
        do {
            try refuseForeignFile(path: file.path)
            pool = try DatabasePool(path: file.path, configuration: configuration())
            try StoreSchema.migrate(pool)
        } catch let error as DatabaseError {
            if error.resultCode == .SQLITE_NOTADB { throw StoreError.notAStore(path: file.path) }
            throw StoreError.cannotOpen(path: file.path, reason: error.message ?? String(describing: error.resultCode))
        }
        let deviceID = try pool.write { db in
            let deviceID = try identity(db, userID: userID, path: file.path)
            try SearchIndexer.catchUp(db)
            return deviceID
        }
        let store = PersonStore(userID: userID, file: file, clock: clock, deviceID: deviceID, pool: pool, reserve: reserve)
        try pool.writeWithoutTransaction { try store.tableChanges.noticeOthers($0) }
        return store
    }

    /// Runs `body` on a snapshot; never waits for writers.
    package func read<Value: Sendable>(_ body: @escaping @Sendable (StoreView) throws -> Value) async throws -> Value {
        let userID = userID
        return try await pool.read { db in try body(StoreView(db: db, userID: userID)) }
    }

    /// As `read`, on the connection that writes. Its pages stay in memory, while every write makes the readers forget theirs.
    /// Writes wait meanwhile, so it is for what a write is about to need.
    package func readBeforeWriting<Value: Sendable>(_ body: @escaping @Sendable (StoreView) throws -> Value) async throws
        -> Value
    {
        let userID = userID
        return try await pool.writeWithoutTransaction { db in
            // Not `readOnly`: that pragma makes SQLite compile every statement anew. A view has nothing that writes.
            try db.beginTransaction(.deferred)
            do {
                let value = try body(StoreView(db: db, userID: userID))
                try db.commit()
                return value
            } catch {
                if db.isInsideTransaction { try db.rollback() }
                throw error
            }
        }
    }

    /// Runs `body` and makes what it wrote durable. If it throws, nothing of it remains, and the error comes back here.
    ///
    /// `body` may run again, after all it had written was taken back: when the disk is full and the reserve was given up, and when
    /// another write that shares its commit failed halfway.
    ///
    /// - Parameter isPatient: nobody waits for this; writes that somebody waits for go first. Keep it to some milliseconds,
    ///   because whoever comes while it runs waits for its end.
    package func write<Value: Sendable>(
        isPatient: Bool = false, _ body: @escaping @Sendable (StoreTransaction) throws -> Value
    ) async throws -> Value {
        let rest = isPatient ? committer.patientRest : .zero
        // Who is cancelled meanwhile still writes, without the rest.
        if rest > .zero { try? await Task.sleep(for: rest) }
        do {
            return try await committer.submit(isPatient: isPatient, body)
        } catch let error as DatabaseError where error.isDiskFull {
            guard let reserve, reserve.release() else { throw StoreError.diskFull(path: file.path) }
        }
        do {
            return try await committer.submit(isPatient: isPatient, body)
        } catch let error as DatabaseError where error.isDiskFull {
            throw StoreError.diskFull(path: file.path)
        }
    }

    /// Calls `listener` after every commit of this program that captured a change for the cloud, on the writing thread: it must
    /// only pass the word on. Nil ends that.
    package func setChangeListener(_ listener: (@Sendable () -> Void)?) {
        committer.setChangeListener(listener)
    }

    /// How many bodies were written, and in how many commits.
    package var writeStatistics: WriteStatistics { committer.statistics }

    /// Another number, in this process, whenever a commit may have changed one of these tables. Ask before reading what it stands for.
    package func changes(of tables: [String]) -> Int { tableChanges.count(of: tables) }

    /// How many bodies wait for their turn.
    package var writesWaiting: Int { committer.waiting }

    /// Waits for running reads and writes, folds the WAL into the file and closes it.
    package func close() throws {
        do {
            try pool.writeWithoutTransaction { db in
                _ = try db.checkpoint(.truncate)
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL || error.resultCode == .SQLITE_BUSY {
            // The WAL stays beside the file and is read at the next start: nothing is lost.
        }
        try pool.close()
    }

    private static func createPrivately(_ file: URL) throws {
        let descriptor = Foundation.open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError.cannotOpen(path: file.path, reason: String(cString: strerror(errno)))
        }
        defer { Foundation.close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else {
            throw StoreError.cannotOpen(
                path: file.path, reason: "its mode cannot be made private: " + String(cString: strerror(errno)))
        }
    }

    static func configuration() -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { db in
            try db.execute(
                sql: "PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON; PRAGMA mmap_size = 0")
            // What a savepoint needs to be undone would otherwise be written to a file under /var/tmp: the person's words outside
            // of their directory, and a third of what concurrent writes cost.
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            // 6 MiB to write with: a search of years of talk goes over more pages than the default 2 MiB hold. With 4 MiB a turn
            // takes a twentieth longer, with 8 MiB it is no faster. Readers forget everything at each write, so a large cache
            // would only cost them memory.
            try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -2048 : -6144)")
        }
        return configuration
    }

    private static func refuseForeignFile(path: String) throws {
        try FileProbe.read(path) { db in
            guard try FileProbe.isOurs(db, application: StoreSchema.applicationID) else { throw StoreError.notAStore(path: path) }
            let version = try StoreSchema.version(of: db)
            guard version <= StoreSchema.currentVersion else {
                throw StoreError.newerSchema(path: path, found: version, supported: StoreSchema.currentVersion)
            }
        }
    }

    /// The device id; on a new file it is made here, and the file is bound to its person.
    private static func identity(_ db: Database, userID: UserID, path: String) throws -> String {
        if let owner = try String.fetchOne(db, sql: "SELECT v FROM sync_state WHERE k = 'user_id'") {
            guard owner == userID.text else { throw StoreError.wrongPerson(path: path, expected: userID, found: owner) }
        } else {
            try db.execute(
                sql: "INSERT INTO sync_state (k, v) VALUES ('user_id', ?), ('device_id', ?), ('db_token', ?)",
                arguments: [userID.text, UUID().uuidString.lowercased(), UUID().uuidString.lowercased()])
        }
        guard let deviceID = try String.fetchOne(db, sql: "SELECT v FROM sync_state WHERE k = 'device_id'") else {
            throw StoreError.notAStore(path: path)
        }
        return deviceID
    }
}
