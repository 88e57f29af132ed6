import LocalStore
import Synchronization

/// The memories' vectors in RAM: read at the first question, then followed by what was written since.
package final class MemoryVectorCache: Sendable {
    private struct State {
        var vectors = SparseVectors()
        var revision: Int64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var count: Int { state.withLock { $0.vectors.count } }

    /// The memories most similar to `query` as `view` sees them.
    func nearest(to query: UnitVector, in view: StoreView, limit: Int, above threshold: Float) throws
        -> [(id: Int64, cosine: Float)]
    {
        let stored = try view.vectorState()
        return try state.withLock { state in
            // A view older than the cache may lack rows that the cache has; they fall out when they are fetched.
            if stored.revision > state.revision {
                try view.forEachMemoryVector(after: state.revision) { id, vector in state.vectors.set(vector, for: id) }
                state.revision = stored.revision
            }
            if state.vectors.count > stored.count {
                let present = try view.vectoredMemories()
                for id in state.vectors.storedIDs where !present.contains(id) { state.vectors.remove(id) }
            }
            return state.vectors.nearest(to: query, limit: limit, above: threshold)
        }
    }
}
