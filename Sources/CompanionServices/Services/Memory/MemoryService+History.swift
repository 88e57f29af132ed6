import LocalStore

extension MemoryService {
    /// Makes sure nothing is remembered under this category and key. True also if nothing was; the old value stays in the
    /// history.
    @discardableResult
    package func deleteMemory(category: MemoryCategory, key: String) async throws(ServiceError) -> Bool {
        try await forget(category: category, key: key)
        return true
    }

    /// Forgets one memory and says what it was; nil if there was none. ``restore(category:key:)`` takes it back.
    @discardableResult
    package func forget(category: MemoryCategory, key: String) async throws(ServiceError) -> Memory? {
        let forgotten = try await writing("forgetting a memory") { transaction in
            let memory = try transaction.forgetMemory(category: category, key: key)
            if memory != nil { try transaction.enqueueProfileRewrite() }
            return memory
        }
        if forgotten != nil { counters.add(.forgotten) }
        return forgotten
    }

    /// Undoes the last change of one memory: a forgotten one comes back, a replaced one gets its former value (calling this
    /// twice therefore restores the newer value). Nil if there is nothing to undo.
    @discardableResult
    package func restore(category: MemoryCategory, key: String) async throws(ServiceError) -> Memory? {
        let restored = try await writing("taking back a change") { transaction -> Memory? in
            let view = transaction.view
            guard let last = try view.memoryRevisions(category: category, key: key, limit: 1).first else { return nil }
            let current = try view.memory(category: category, key: key)
            if current != nil, last.reason == .forgotten { return nil }
            // The key may come from another program: it is restored only if it could be written today.
            let input = try MemoryInput(category: category, key: MemoryKey(validating: key), value: last.value)
            let write = try transaction.saveMemory(input, provenance: last.provenance)
            try transaction.enqueueProfileRewrite()
            return write.memory
        }
        if restored != nil { counters.add(.restored) }
        return restored
    }

    /// Every earlier value, newest first: of one memory, of a category, or of all.
    package func history(
        category: MemoryCategory? = nil, key: String? = nil, limit: Int? = nil
    ) async throws(ServiceError) -> [MemoryRevision] {
        try await reading("reading the history of memories") {
            try $0.memoryRevisions(category: category, key: key, limit: limit)
        }
    }

    /// Removes a memory for good: the value, its history, its place in the search index, the copies in onboarding answers and
    /// in profile and summary texts. What was said in conversations stays there. Returns how many values were removed.
    @discardableResult
    package func erase(category: MemoryCategory, key: String) async throws(ServiceError) -> Int {
        let erased = try await writing("erasing a memory") { transaction in
            let view = transaction.view
            var values = Set(try view.memoryRevisions(category: category, key: key).map(\.value))
            if let current = try view.memory(category: category, key: key)?.value { values.insert(current) }
            let count = try transaction.eraseMemory(category: category, key: key)
            try transaction.noteErasure()
            try transaction.eraseOnboardingAnswer(category: category, key: key)
            let trace = ErasedText(values)
            try transaction.eraseProfileText(mentioning: trace)
            try transaction.eraseSummaryText(mentioning: trace)
            return count
        }
        counters.add(.erased, erased)
        return erased
    }
}
