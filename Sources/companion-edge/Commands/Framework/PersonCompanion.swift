import CompanionServices
import LocalStore
import Logging

/// One person's store with the services that work on it.
struct PersonCompanion: Sendable {
    let store: PersonStore
    let users: UserService
    let memories: MemoryService
    let profiles: ProfileService
    let onboarding: OnboardingService
    /// Who answers.
    let mind: Companion

    init(
        store: PersonStore, brain: EmbeddedBrain, options: CompanionOptions, ladder: LanguageLadder? = nil,
        meaning: MeaningService? = nil, sound: (any DeviceSound)? = nil, cache: RedisCache? = nil, pool: ConnectionPool? = nil,
        remote: @escaping @Sendable () async -> RemoteBatches? = { nil }, logger: Logger
    ) throws {
        self.store = store
        mind = try Companion(
            store: store, brain: brain, options: options, ladder: ladder, meaning: meaning, sound: sound, cache: cache,
            pool: pool, remote: remote, logger: logger)
        users = UserService(store: store)
        memories = MemoryService(store: store, users: users)
        profiles = ProfileService(store: store, writer: try RuleProfileWriter())
        onboarding = OnboardingService(store: store, profiles: profiles)
    }
}
