import Foundation
import GRDB

/// What a store's file says about itself, read without changing it.
package struct StoreInspection: Sendable, Hashable {
    package let userID: UserID
    package let schemaVersion: Int
    package let memories: Int
    package let messages: Int
    /// The newest value of its hybrid clock: how recent its content is.
    let lastHybridTime: HybridTime

    /// Why a file is not a sound store of ours; the text completes a sentence.
    struct Refusal: Error, Hashable {
        let reason: String
    }

    /// Looks at a closed file: that it is a database, ours, not newer than this program, and whole.
    static func inspect(_ file: URL) throws(Refusal) -> StoreInspection {
        guard let information = try? FileSystem.information(file.path) else {
            throw Refusal(reason: SystemError.last.description.lowercasedFirst)
        }
        guard information.st_mode & S_IFMT == S_IFREG else { throw Refusal(reason: "it is not a file") }
        guard information.st_size > 0 else { throw Refusal(reason: "it is empty") }
        do {
            return try FileProbe.read(file.path) { db in try inspect(db) }
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_NOTADB: throw Refusal(reason: "it is not a database")
            case .SQLITE_CORRUPT: throw Refusal(reason: "it is damaged or cut short")
            default: throw Refusal(reason: error.message ?? "it cannot be read")
            }
        } catch {
            throw Refusal(reason: "it cannot be read (\(error))")
        }
    }

    private static func inspect(_ db: Database) throws -> StoreInspection {
        guard try Int.fetchOne(db, sql: "PRAGMA application_id") == StoreSchema.applicationID else {
            throw Refusal(reason: "it is a database of another program")
        }
        let version = try StoreSchema.version(of: db)
        guard version <= StoreSchema.currentVersion else {
            throw Refusal(
                reason:
                    "a newer program wrote it (schema \(version); this one knows up to \(StoreSchema.currentVersion)), so update companion-edge first"
            )
        }
        if let finding = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)"), finding != "ok" {
            throw Refusal(reason: "it is damaged: \(finding)")
        }
        if let table = try String.fetchOne(db, sql: "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1") {
            throw Refusal(reason: "a row of \(table) belongs to nothing")
        }
        guard let owner = try String.fetchOne(db, sql: "SELECT v FROM sync_state WHERE k = 'user_id'"),
            let userID = try? UserID(owner)
        else { throw Refusal(reason: "it does not say whose memories it holds") }
        return StoreInspection(
            userID: userID, schemaVersion: version,
            memories: try Int.fetchOne(db, sql: "SELECT count(*) FROM memory") ?? 0,
            messages: try Int.fetchOne(db, sql: "SELECT count(*) FROM messages") ?? 0,
            lastHybridTime: HybridTime(
                rawValue: try Int64.fetchOne(db, sql: "SELECT v FROM sync_state WHERE k = 'last_hlc'") ?? 0))
    }
}

extension String {
    /// For joining the system's words into a sentence.
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
