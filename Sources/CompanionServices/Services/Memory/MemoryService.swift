import LocalStore

/// What is known about the person: saving, looking up, forgetting and taking back.
///
/// Every method works on the local file and is durable when it returns. Values that were replaced or forgotten stay in the
/// history until they are erased.
package final class MemoryService: MeteredService {
    enum Counter: String, CaseIterable {
        case inserted, replaced, unchanged, refused, forgotten, restored, erased, reads, failures
    }

    let store: PersonStore
    let users: UserService
    let counters = ServiceCounters<Counter>("memory")

    package init(store: PersonStore, users: UserService) {
        self.store = store
        self.users = users
    }

    package var metrics: ServiceMetrics { counters.snapshot }

    // MARK: Saving

    /// Saves text from outside. Refuses what breaks a rule with `.invalidInput`, naming the rule.
    @discardableResult
    package func saveMemory(
        category: String, key: String, value: String, provenance: Provenance
    ) async throws(ServiceError) -> MemoryWrite {
        let input: MemoryInput
        do {
            input = try MemoryInput(category: category, key: key, value: value)
        } catch {
            counters.add(.refused)
            throw ServiceError(error, while: "saving a memory")
        }
        return try await saveMemory(input, provenance: provenance)
    }

    @discardableResult
    package func saveMemory(_ input: MemoryInput, provenance: Provenance) async throws(ServiceError) -> MemoryWrite {
        let writes = try await saveMemories([input], provenance: provenance)
        guard let write = writes.first else { throw ServiceError(.storage, "the store returned no result for a saved memory") }
        return write
    }

    /// Saves all or none, in one transaction, in the order given; the profile follows in the background.
    @discardableResult
    package func saveMemories(_ inputs: [MemoryInput], provenance: Provenance) async throws(ServiceError) -> [MemoryWrite] {
        let needsProfile = users.needsProfile
        let writes = try await writing("saving memories") { transaction in
            if needsProfile { _ = try transaction.ensureProfile() }
            let writes = try inputs.map { try transaction.saveMemory($0, provenance: provenance) }
            if writes.contains(where: \.isChange) { try transaction.enqueueProfileRewrite() }
            return writes
        }
        users.rememberProfile()
        for write in writes { count(write) }
        return writes
    }

    // MARK: Looking up

    /// The value under exactly this category and key.
    package func getMemory(category: MemoryCategory, key: String) async throws(ServiceError) -> String? {
        try await memory(category: category, key: key)?.value
    }

    package func memory(category: MemoryCategory, key: String) async throws(ServiceError) -> Memory? {
        try await reading("reading a memory") { try $0.memory(category: category, key: key) }
    }

    /// Newest first.
    package func memories(in category: MemoryCategory, limit: Int = 50) async throws(ServiceError) -> [Memory] {
        try await reading("listing memories") { try $0.memories(categories: [category], limit: max(0, limit)) }
    }

    /// Every category asked for is in the answer, with at most `perCategory` memories, newest first: each has its own bound,
    /// so that a busy one never crowds out the others.
    package func memories(
        in categories: [MemoryCategory], perCategory: Int = 3
    ) async throws(ServiceError) -> [MemoryCategory: [Memory]] {
        let found = try await reading("listing memories by category") {
            try $0.memoriesByCategory(categories, perCategory: max(0, perCategory))
        }
        return categories.reduce(into: [:]) { $0[$1] = found[$1] ?? [] }
    }

    /// The memories of these categories (nil: all) whose key or value holds every word of `text`, newest first. Letter case,
    /// vowel marks and the variants of Arabic letters do not matter. For ranked search by meaning ask the retrieval service.
    package func searchMemories(
        matching text: String, in categories: [MemoryCategory]? = nil, limit: Int = 50
    ) async throws(ServiceError) -> [Memory] {
        let words = TextNormalizer.tokens(text)
        guard !words.isEmpty, limit > 0 else { return [] }
        return try await reading("searching memories") { view in
            let all = try view.memories(categories: categories)
            let matching = all.lazy.filter { memory in
                let haystack = TextNormalizer.normalize(memory.key.replacing("_", with: " ") + " " + memory.value)
                return words.allSatisfy(haystack.contains)
            }
            return Array(matching.prefix(limit))
        }
    }

    // MARK: Shared with the extensions

    func count(_ write: MemoryWrite) {
        switch write {
        case .inserted: counters.add(.inserted)
        case .replaced: counters.add(.replaced)
        case .unchanged: counters.add(.unchanged)
        }
    }

    func reading<T: Sendable>(
        _ purpose: String, _ body: @escaping @Sendable (StoreView) throws -> T
    ) async throws(ServiceError) -> T {
        counters.add(.reads)
        do {
            return try await store.perform(reading: purpose, body)
        } catch {
            counters.add(.failures)
            throw error
        }
    }

    func writing<T: Sendable>(
        _ purpose: String, _ body: @escaping @Sendable (StoreTransaction) throws -> T
    ) async throws(ServiceError) -> T {
        do {
            return try await store.perform(writing: purpose, body)
        } catch {
            counters.add(.failures)
            throw error
        }
    }
}

extension MemoryWrite {
    /// Something is stored now that was not before.
    var isChange: Bool {
        if case .unchanged = self { false } else { true }
    }
}

extension StoreTransaction {
    /// Saves what has passed the rules, as part of a larger transaction.
    @discardableResult
    package func saveMemory(_ input: MemoryInput, provenance: Provenance) throws -> MemoryWrite {
        try saveMemory(category: input.category, key: input.key, value: input.value, provenance: provenance)
    }
}
