import GRDB

/// A consistent look at one person's file: every query of one `read` sees the same moment.
///
/// The queries are in extensions, one file per subject. Lists are newest first unless a method says otherwise.
package struct StoreView {
    let db: Database
    package let userID: UserID

    /// A look through a connection that somebody else opened; within this module's programs ``PersonStore/read(_:)`` gives one.
    package init(db: Database, userID: UserID) {
        self.db = db
        self.userID = userID
    }
}

/// Where the writing connection stood at a moment; two that are equal have nothing written between them, by anybody.
package struct WriteMark: Sendable, Hashable {
    private let changes: Int
    private let version: Int64

    fileprivate init(_ db: Database) throws {
        changes = db.totalChangesCount
        version = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
    }
}

extension StoreView {
    /// Only marks of ``PersonStore/readBeforeWriting(_:)`` and of transactions can be compared.
    package func writeMark() throws -> WriteMark { try WriteMark(db) }
}

/// One body of work on a person's file, which is kept as a whole or not at all.
package struct StoreTransaction {
    let db: Database
    package let userID: UserID
    /// The moment this work is dated with.
    package let now: Timestamp
    /// This installation's id, which provenance names.
    package let deviceID: String

    /// Work on a connection that somebody else opened and on which a transaction is open, such as a simulated device's;
    /// within this module's programs ``PersonStore/write(_:)`` gives one.
    package init(db: Database, userID: UserID, now: Timestamp, deviceID: String) {
        self.db = db
        self.userID = userID
        self.now = now
        self.deviceID = deviceID
    }

    package var view: StoreView { StoreView(db: db, userID: userID) }

    /// Advances the hybrid logical clock and gives its new value.
    func tick() throws -> HybridTime {
        let offset = try db.syncInteger("clock_offset_ms") ?? 0
        let next = try view.lastHybridTime().next(at: Timestamp(milliseconds: now.milliseconds + offset))
        try db.run("UPDATE sync_state SET v = ? WHERE k = 'last_hlc'", [next.rawValue])
        return next
    }

    /// An id that sorts after every id made before it on this device, whatever the wall clock does.
    func makeID() throws -> String {
        var generator = SystemRandomNumberGenerator()
        return UUIDv7.make(milliseconds: try tick().milliseconds, using: &generator)
    }
}
