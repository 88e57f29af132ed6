import LocalStore
import Synchronization

/// One row of a batch.
package struct BatchRow: Sendable, Hashable {
    package let user: UserID
    package let input: MemoryInput
    package let provenance: Provenance

    package init(user: UserID, input: MemoryInput, provenance: Provenance) {
        self.user = user
        self.input = input
        self.provenance = provenance
    }
}

/// What a session begins with.
package struct PrefetchedData: Sendable {
    /// Empty if there is none.
    package var profile = ""
    /// At most 50, newest first.
    package var recentMemories: [Memory] = []
    package var onboarding: OnboardingDetails?
    package var memoryCount = 0
    /// Parts that could not be read and hold their default.
    package var missingParts: [String] = []
}

/// Counters of the batcher, in the original's terms.
package struct BatchStatistics: Sendable, Hashable, Codable {
    package let totalOperations: Int
    /// Queries that single calls would have cost on top.
    package let queriesSaved: Int
    /// Saved per operation, such as "62.5%"; may exceed 100 %.
    package let efficiencyGain: String
    package let batchSize: Int
}

/// Operations on many rows at once.
///
/// Writes go through the store's group commit: batches and single saves that arrive together share one fsync.
package final class DatabaseBatcher: MeteredService {
    /// Rows per transaction.
    package static let batchSize = 100

    private struct Counts {
        var operations = 0
        var saved = 0
        var failures = 0
    }

    private let stores: any PersonStores
    private let warm: @Sendable (UserID) async -> Void
    private let counts = Mutex(Counts())

    /// - Parameter warm: fills the caches that a conversation with this person uses.
    package init(stores: any PersonStores, warm: @escaping @Sendable (UserID) async -> Void = { _ in }) {
        self.stores = stores
        self.warm = warm
    }

    package var metrics: ServiceMetrics {
        let counts = counts.withLock { $0 }
        return ServiceMetrics(
            service: "database-batcher",
            counters: ["total_operations": counts.operations, "queries_saved": counts.saved, "failures": counts.failures])
    }

    package var statistics: BatchStatistics {
        let counts = counts.withLock { $0 }
        return BatchStatistics(
            totalOperations: counts.operations, queriesSaved: counts.saved,
            efficiencyGain: percentage(counts.saved, of: counts.operations), batchSize: Self.batchSize)
    }

    /// Newest first; nil for a filter means that it does not apply.
    package func batchGetMemories(
        user: UserID, category: MemoryCategory? = nil, keys: [String]? = nil, limit: Int? = nil
    ) async throws(ServiceError) -> [Memory] {
        let memories = try await counting {
            try await self.store(user).perform(reading: "reading memories") {
                try $0.memories(categories: category.map { [$0] }, keys: keys, limit: limit)
            }
        }
        note(operations: 1, saved: max(0, (keys?.count ?? 1) - 1))
        return memories
    }

    /// Saves every row, replacing the value of a slot that is taken; in the order given, each hundred rows of a person in one
    /// transaction. When one fails, the hundreds before it are kept and the error says how many rows that is.
    @discardableResult
    package func batchSaveMemories(_ rows: [BatchRow]) async throws(ServiceError) -> [MemoryWrite] {
        var writes: [MemoryWrite] = []
        writes.reserveCapacity(rows.count)
        for chunk in Self.chunks(rows) {
            guard let user = chunk.first?.user else { continue }
            let written = writes.count
            do {
                writes += try await counting {
                    try await self.store(user).perform(writing: "saving memories") { transaction in
                        let writes = try chunk.map { try transaction.saveMemory($0.input, provenance: $0.provenance) }
                        if writes.contains(where: \.isChange) { try transaction.enqueueProfileRewrite() }
                        return writes
                    }
                }
            } catch {
                throw ServiceError(
                    error.code, "only the first \(written) of \(rows.count) memories were saved; \(error.message)",
                    underlying: error.underlying)
            }
            note(operations: 1, saved: chunk.count - 1)
        }
        return writes
    }

    /// Forgets these keys in every category, or in one; the values stay in the history. Returns how many there were.
    @discardableResult
    package func batchDeleteMemories(
        user: UserID, keys: [String], category: MemoryCategory? = nil
    ) async throws(ServiceError) -> Int {
        guard !keys.isEmpty else { return 0 }
        let count = try await counting {
            try await self.store(user).perform(writing: "forgetting memories") { transaction in
                let found = try transaction.view.memories(categories: category.map { [$0] }, keys: keys)
                for memory in found { _ = try transaction.forgetMemory(category: memory.category, key: memory.key) }
                if !found.isEmpty { try transaction.enqueueProfileRewrite() }
                return found.count
            }
        }
        note(operations: 1, saved: keys.count - 1)
        return count
    }

    /// The profile texts of those people who are known here and have one.
    package func batchGetProfiles(_ users: [UserID]) async throws(ServiceError) -> [UserID: String] {
        guard !users.isEmpty else { return [:] }
        var profiles: [UserID: String] = [:]
        for user in users {
            let text = try await counting { () async throws -> String? in
                guard let store = try await self.knownStore(user) else { return nil }
                return try await store.perform(reading: "reading a profile") { try $0.userProfile()?.profileText }
            }
            profiles[user] = text
        }
        note(operations: 1, saved: users.count - 1)
        return profiles
    }

    /// Newest first, with a bound of its own for each category.
    package func bulkMemorySearch(
        user: UserID, categories: [MemoryCategory], perCategory: Int = 10
    ) async throws(ServiceError) -> [MemoryCategory: [Memory]] {
        guard !categories.isEmpty else { return [:] }
        let found = try await counting {
            try await self.store(user).perform(reading: "reading memories by category") {
                try $0.memoriesByCategory(categories, perCategory: max(0, perCategory))
            }
        }
        note(operations: 1, saved: categories.count - 1)
        return found
    }

    /// Three reads at once, after which the caches have what a conversation begins with; one that fails leaves its default and is named
    /// in the answer.
    package func prefetchUserData(user: UserID) async throws(ServiceError) -> PrefetchedData {
        let store = try await store(user)
        async let profile = Self.result { try await store.read { try $0.userProfile()?.profileText ?? "" } }
        async let memories = Self.result { try await store.read { (try $0.memories(limit: 50), try $0.memoryCount()) } }
        async let onboarding = Self.result { try await store.read { try $0.onboardingDetails() } }

        var data = PrefetchedData()
        switch await profile {
        case .success(let text): data.profile = text
        case .failure: data.missingParts.append("profile")
        }
        switch await memories {
        case .success(let (recent, count)): (data.recentMemories, data.memoryCount) = (recent, count)
        case .failure: data.missingParts.append("recent_memories")
        }
        switch await onboarding {
        case .success(let details): data.onboarding = details
        case .failure: data.missingParts.append("onboarding")
        }
        await warm(user)
        let failures = data.missingParts.count
        counts.withLock { $0.failures += failures }
        note(operations: 3, saved: 0)
        return data
    }

    /// Runs of rows of one person, none longer than ``batchSize``.
    private static func chunks(_ rows: [BatchRow]) -> [[BatchRow]] {
        rows.reduce(into: []) { chunks, row in
            if let last = chunks.last, last.count < batchSize, last.first?.user == row.user {
                chunks[chunks.count - 1].append(row)
            } else {
                chunks.append([row])
            }
        }
    }

    private static func result<T>(_ body: () async throws -> T) async -> Result<T, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    private func knownStore(_ user: UserID) async throws(ServiceError) -> PersonStore? {
        do { return try await stores.store(of: user) } catch { throw ServiceError(error, while: "opening a person's store") }
    }

    private func store(_ user: UserID) async throws(ServiceError) -> PersonStore {
        guard let store = try await knownStore(user) else {
            throw ServiceError(.notFound, "nobody with the id \(user.logForm) is known on this device")
        }
        return store
    }

    private func note(operations: Int, saved: Int) {
        counts.withLock {
            $0.operations += operations
            $0.saved += saved
        }
    }

    private func counting<T>(_ body: () async throws -> T) async throws(ServiceError) -> T {
        do {
            return try await body()
        } catch {
            counts.withLock { $0.failures += 1 }
            throw ServiceError(error, while: "an operation on the store")
        }
    }
}
