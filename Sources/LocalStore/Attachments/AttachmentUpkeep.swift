import GRDB

/// When the project was last asked to tidy up, and what of its Storage is still named here.
extension StoreView {
    /// How often, in milliseconds: daily.
    private static let upkeepInterval: Int64 = 86_400_000

    package func isUpkeepDue(at now: Timestamp) throws -> Bool {
        guard let last = try db.syncInteger("upkeep_ms") else { return true }
        // A clock that was set back must not put it off for years.
        return abs(now.milliseconds - last) >= Self.upkeepInterval
    }

    /// The SHA-256 of everything that an attachment names here, sent or not.
    package func attachmentDigests() throws -> Set<String> {
        try String.fetchSet(db, sql: "SELECT sha256 FROM attachments")
    }
}

extension StoreTransaction {
    package func noteUpkeep(at now: Timestamp) throws {
        try db.setSync("upkeep_ms", now.milliseconds)
    }
}
