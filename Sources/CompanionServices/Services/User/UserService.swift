import LocalStore
import Synchronization

/// The `profiles` row, parent of everything a person owns.
///
/// A row is only ever added, never overwritten by an "ensure": a real e-mail address or first-login flag that came from
/// elsewhere stays. That it is there is remembered for the life of this object.
package final class UserService: MeteredService {
    enum Counter: String, CaseIterable { case ensured, updated, failures }

    private let store: PersonStore
    private let counters = ServiceCounters<Counter>("user")
    private let isKnown = Mutex(false)

    package init(store: PersonStore) {
        self.store = store
    }

    package var metrics: ServiceMetrics { counters.snapshot }

    package func profileExists() async throws(ServiceError) -> Bool {
        if isKnown.withLock({ $0 }) { return true }
        let exists = try await counting { store in
            try await store.perform(reading: "looking for the profile row") { try $0.profile() != nil }
        }
        if exists { rememberProfile() }
        return exists
    }

    /// Makes the row if it is missing. Costs nothing once it has succeeded.
    package func ensureProfileExists() async throws(ServiceError) {
        guard needsProfile else { return }
        try await counting { store in
            try await store.perform(writing: "adding the profile row") { _ = try $0.ensureProfile() }
        }
        rememberProfile()
    }

    package func userInfo() async throws(ServiceError) -> Profile? {
        try await counting { store in
            try await store.perform(reading: "reading the profile row") { try $0.profile() }
        }
    }

    /// Changes only what is given. An e-mail address needs something on both sides of its `@`.
    @discardableResult
    package func updateUserProfile(email: String? = nil, isFirstLogin: Bool? = nil) async throws(ServiceError) -> Profile {
        if let email {
            let parts = email.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !email.contains(where: \.isWhitespace) else {
                throw ServiceError(.invalidInput, "'\(email)' is not an e-mail address; write it like name@example.org")
            }
        }
        let profile = try await counting { store in
            try await store.perform(writing: "updating the profile row") { transaction in
                _ = try transaction.ensureProfile()
                return try transaction.updateProfile(email: email, isFirstLogin: isFirstLogin)
            }
        }
        counters.add(.updated)
        rememberProfile()
        return profile
    }

    // MARK: For writes of other services that need the parent row in their own transaction

    /// True until the row is known to be there.
    var needsProfile: Bool { !isKnown.withLock { $0 } }

    /// To be called after the transaction that ensured the row has been committed, not within it.
    func rememberProfile() {
        let isNew = isKnown.withLock { known in
            defer { known = true }
            return !known
        }
        if isNew { counters.add(.ensured) }
    }

    private func counting<T>(_ body: (PersonStore) async throws -> T) async throws(ServiceError) -> T {
        do {
            return try await body(store)
        } catch {
            counters.add(.failures)
            throw ServiceError(error, while: "an operation on the store")
        }
    }
}
