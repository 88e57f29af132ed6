import Foundation
import GRDB

/// The state of the stored vectors, by which a cache sees whether it is behind.
package struct VectorState: Sendable, Hashable {
    /// Grows with every vector written.
    package let revision: Int64
    package let count: Int
}

extension StoreView {
    package func vectorState() throws -> VectorState {
        let statement = try db.cachedStatement(
            sql: """
                SELECT (SELECT vector_revision FROM search_state) AS revision,
                    (SELECT documents FROM search_totals WHERE kind = \(SearchKind.memory.rawValue)) AS count
                """)
        guard let row = try Row.fetchOne(statement) else { return VectorState(revision: 0, count: 0) }
        return VectorState(revision: row["revision"], count: row["count"])
    }

    /// Gives every memory's vector written after a revision to `body`, in order of writing.
    package func forEachMemoryVector(after revision: Int64, _ body: (Int64, UnitVector) -> Void) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT memory_id, vector FROM memory_vectors WHERE revision > ? AND model = ? ORDER BY revision"),
            arguments: [revision, HashEmbedder.model])
        while let row = try rows.next() {
            let vector = try row.withUnsafeData(named: "vector") { data in data?.withUnsafeBytes { UnitVector(blob: $0) } ?? nil }
            if let vector { body(row["memory_id"], vector) }
        }
    }

    /// The numbers of the memories that have a vector.
    package func vectoredMemories() throws -> Set<Int64> {
        try Set(Int64.fetchAll(db.cachedStatement(sql: "SELECT memory_id FROM memory_vectors")))
    }
}
