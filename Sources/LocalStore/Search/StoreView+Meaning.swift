import Foundation
import GRDB

/// The state of the vectors that one model made, by which a cache sees whether it is behind.
package struct MeaningState: Sendable, Hashable {
    package let count: Int
    /// Rises with every vector written.
    package let revision: Int64

    package init(count: Int, revision: Int64) {
        self.count = count
        self.revision = revision
    }
}

extension StoreView {
    package func meaningState(of model: String) throws -> MeaningState {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT count(*), coalesce(max(rid), 0) FROM meaning_vectors WHERE model = ?"),
            arguments: [model])
        return MeaningState(count: row?[0] ?? 0, revision: row?[1] ?? 0)
    }

    /// Gives every vector that a model made after a revision to `body`, in order of writing.
    package func forEachMeaning(of model: String, after revision: Int64, _ body: (Int64, UnitVector) -> Void) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT memory_id, vector FROM meaning_vectors WHERE model = ? AND rid > ? ORDER BY rid"),
            arguments: [model, revision])
        while let row = try rows.next() {
            let vector = try row.withUnsafeData(named: "vector") { data in
                data?.withUnsafeBytes { UnitVector(blob: $0, dimension: nil) } ?? nil
            }
            if let vector { body(row["memory_id"], vector) }
        }
    }

    /// The numbers of the memories that have a vector of this model.
    package func memoriesWithMeaning(of model: String) throws -> Set<Int64> {
        try Set(
            Int64.fetchAll(
                db.cachedStatement(sql: "SELECT memory_id FROM meaning_vectors WHERE model = ?"), arguments: [model]))
    }

    /// Memories that this model has made no vector of as they are now, those that changed last first.
    package func memoriesWithoutMeaning(of model: String, limit: Int) throws -> [Memory] {
        try Memory.fetchAll(
            db.cachedStatement(
                sql: Memory.selection + """
                     WHERE NOT EXISTS (SELECT 1 FROM meaning_vectors v WHERE v.memory_id = m.id AND v.model = ?)
                    ORDER BY m.updated_at DESC, m.id DESC LIMIT ?
                    """), arguments: [model, limit])
    }
}

extension StoreTransaction {
    /// Keeps the vector that a model made of a memory, in the place of another model's. False when the memory is gone or says
    /// something else by now.
    @discardableResult
    package func saveMeaning(_ vector: UnitVector, of memory: Memory, by model: String) throws -> Bool {
        try execute(
            """
            INSERT OR REPLACE INTO meaning_vectors (memory_id, model, vector)
            SELECT id, ?, ? FROM memory WHERE id = ? AND key = ? AND value = ?
            """, [model, Data(vector.blob), memory.id, memory.key, memory.value])
        return db.changesCount > 0
    }

    /// Removes vectors under this model's name that cannot be its own, because they have another number of components.
    package func removeMeanings(of model: String, exceptDimension dimension: Int) throws {
        try execute("DELETE FROM meaning_vectors WHERE model = ? AND length(vector) <> ?", [model, 4 + dimension])
    }
}
