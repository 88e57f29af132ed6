import GRDB

/// The archive of a person at one moment, made as it is read: pieces of whole lines of about 64 KiB.
///
/// Holds a snapshot of the store until the last piece was read or the sequence is let go.
package struct ArchiveExport: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    private let snapshot: DatabaseSnapshot
    private let owner: UserID

    init(snapshot: DatabaseSnapshot, owner: UserID) {
        self.snapshot = snapshot
        self.owner = owner
    }

    package func makeAsyncIterator() -> Iterator { Iterator(snapshot: snapshot, owner: owner) }

    package struct Iterator: AsyncIteratorProtocol {
        private let snapshot: DatabaseSnapshot
        private let owner: UserID
        private var position = Position()

        /// Where to go on: a table, and the key of its last row that was written.
        private struct Position: Sendable {
            var isBegun = false
            var table = 0
            var lastKey: [DatabaseValue]?
            var rows = 0
        }

        fileprivate init(snapshot: DatabaseSnapshot, owner: UserID) {
            self.snapshot = snapshot
            self.owner = owner
        }

        package mutating func next() async throws -> [UInt8]? {
            let (start, owner) = (position, owner)
            guard start.table <= ArchiveTable.all.count else { return nil }
            let (bytes, end) = try await snapshot.read { db in try Self.piece(db, from: start, owner: owner) }
            position = end
            return bytes
        }

        private static func piece(_ db: Database, from start: Position, owner: UserID) throws -> ([UInt8], Position) {
            var (writer, position) = (ArchiveLineWriter(), start)
            if !position.isBegun {
                writer.header(owner: owner)
                position.isBegun = true
            }
            while position.table < ArchiveTable.all.count {
                let table = ArchiveTable.all[position.table]
                let rows = try cursor(db, table, owner: owner, after: position.lastKey)
                while let row = try rows.next() {
                    writer.row(table, row.databaseValues)
                    position.rows += 1
                    if writer.bytes.count >= 1 << 16 {
                        position.lastKey = Array(row.databaseValues.dropFirst(table.columns.count))
                        return (writer.bytes, position)
                    }
                }
                position.table += 1
                position.lastKey = nil
            }
            writer.footer(rows: position.rows)
            position.table += 1
            return (writer.bytes, position)
        }

        /// The columns of the archive, then those of the key.
        private static func cursor(_ db: Database, _ table: ArchiveTable, owner: UserID, after key: [DatabaseValue]?) throws
            -> RowCursor
        {
            let hasOwner = table.name != "deferred_questions" && table.name != "background_jobs" && table.name != "settings"
            var conditions = hasOwner ? ["user_id = ?"] : []
            var arguments = hasOwner ? [owner.text.databaseValue] : []
            if let key {
                let marks = key.map { _ in "?" }.joined(separator: ", ")
                conditions.append("(\(table.order.joined(separator: ", "))) > (\(marks))")
                arguments += key
            }
            let columns = (table.columns.map(\.name) + table.order).joined(separator: ", ")
            let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
            let order = table.order.isEmpty ? "" : " ORDER BY " + table.order.joined(separator: ", ")
            return try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT \(columns) FROM \(table.source)\(filter)\(order)"),
                arguments: StatementArguments(arguments))
        }
    }
}

extension PersonStore {
    /// Everything the person owns at this moment. Writers go on meanwhile.
    package func exportArchive() throws -> ArchiveExport {
        ArchiveExport(snapshot: try pool.makeSnapshot(), owner: userID)
    }
}
