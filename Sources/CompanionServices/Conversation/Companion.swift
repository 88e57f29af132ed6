import LocalStore
import Logging

/// Everything that is there for one person: their store, the services that work on it and the brain that answers.
package final class Companion: Sendable {
    package let store: PersonStore
    package let options: CompanionOptions
    package let users: UserService
    package let memories: MemoryService
    package let profiles: ProfileService
    package let onboarding: OnboardingService
    package let conversations: ConversationService
    package let states: ConversationStateService
    package let summaries: ConversationSummaryService
    package let retrieval: RAGService
    package let context: ConversationContextService
    package let cache: PersonCache
    package let batcher: DatabaseBatcher
    /// How the machinery is.
    package let monitor: Monitor
    /// Does the work that turns leave behind. Whoever makes the companion runs it, or lets it finish before closing the store.
    package let worker: BackgroundWorker
    /// The models that may speak in the brain's place; nil where the device has none.
    package let ladder: LanguageLadder?
    /// Asks a service what questions are about; nil where none is set up.
    let meaning: MeaningSearch?
    /// How loud the device speaks; nil where it has no voice.
    let sound: (any DeviceSound)?
    let brain: EmbeddedBrain
    let surroundings: EmbeddedBrain.Surroundings
    private let logger: Logger

    /// `brain`, `ladder` and `meaning` hold nothing of any person and may be shared by all companions of a process.
    package init(
        store: PersonStore, brain: EmbeddedBrain, options: CompanionOptions, ladder: LanguageLadder? = nil,
        meaning: MeaningService? = nil, sound: (any DeviceSound)? = nil, cache: RedisCache? = nil, pool: ConnectionPool? = nil,
        remote: @escaping @Sendable () async -> RemoteBatches? = { nil }, logger: Logger
    ) throws {
        let cache = PersonCache(cache ?? RedisCache(nil), store: store)
        self.cache = cache
        self.sound = sound
        self.ladder = ladder
        self.store = store
        self.brain = brain
        self.options = options
        self.logger = logger
        users = UserService(store: store)
        memories = MemoryService(store: store, users: users)
        profiles = ProfileService(store: store, writer: try RuleProfileWriter(), cache: cache)
        onboarding = OnboardingService(store: store, profiles: profiles)
        conversations = try ConversationService(store: store, lexicon: brain.signals, cache: cache)
        states = try ConversationStateService(store: store, lexicon: brain.signals, cache: cache)
        summaries = ConversationSummaryService(store: store, summarizer: try ExtractiveSummarizer(lexicon: brain.signals))
        let retriever = Retriever(lexicon: brain.concepts)
        self.meaning = meaning.map {
            MeaningSearch($0, store: store, cache: cache, budget: options.budget, logger: logger)
        }
        retrieval = RAGService(store: store, retriever: retriever, meaning: self.meaning, budget: options.budget)
        context = ConversationContextService(store: store)
        batcher = DatabaseBatcher(
            stores: OpenStores([store]),
            warm: { [profiles, states, context, conversations] _ in
                await Self.warm(profiles, states, context, conversations, logger)
            })
        monitor = Monitor(pool: pool, cache: cache.cache, batcher: batcher, retrieval: retrieval, remote: remote)
        var handlers: [any BackgroundJobHandler] = [
            MemoryJobHandler(
                store: store, extractor: RuleMemoryExtractor(store: store, brain: brain, zone: options.timeZone)),
            ProfileJobHandler(profiles: profiles, hasModel: ladder != nil), SummaryJobHandler(summaries: summaries),
            StateJobHandler(states: states), MeaningJobHandler(store: store, service: meaning, budget: options.budget),
        ]
        if let ladder {
            let mind = QuietMind(store: store, ladder: ladder, budget: options.budget)
            handlers += [
                ModelMemoryJobHandler(mind: mind), ModelProfileJobHandler(mind: mind),
                ModelSummaryJobHandler(mind: mind, summaries: summaries),
            ]
        }
        worker = BackgroundWorker(store: store, handlers: handlers, logger: logger)
        surroundings = EmbeddedBrain.Surroundings(
            searcher: retriever, defaultZone: options.timeZone, jobs: worker.turnJobs.making(vectorsBy: meaning?.model))
    }

    /// Reads what conversations ask for into the caches, which then give it until it changes.
    private static func warm(
        _ profiles: ProfileService, _ states: ConversationStateService, _ context: ConversationContextService,
        _ conversations: ConversationService, _ logger: Logger
    ) async {
        _ = await context.context()
        do {
            _ = try await profiles.profile()
            _ = try await states.state()
            _ = try await conversations.greeting()
        } catch {
            // Whoever needs it reads it then, and meets the error.
            logger.debug("the caches stay cold", metadata: ["error": "\(error)"])
        }
    }

    /// Reads ahead what the conversation that has just begun may ask for.
    func prefetch() async {
        do {
            _ = try await batcher.prefetchUserData(user: store.userID)
        } catch {
            logger.debug("nothing was read ahead", metadata: ["error": "\(error)"])
        }
    }

    /// A conversation that begins now. It leaves a trace in the store only when something is said.
    ///
    /// `channel` is `terminal`, `voice`, `room` or `service`. With a `language` everything is said in it; nil follows the person.
    package func startConversation(channel: String, language: Language? = nil) -> ConversationSession {
        ConversationSession(companion: self, channel: channel, language: language ?? options.language, logger: logger)
    }
}
