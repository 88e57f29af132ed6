import LocalStore
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ConversationContextServiceTests {
    /// Answers, fails or never answers, as told.
    private final class ScriptedSource: ContextSource {
        enum Behaviour: Sendable { case answer, fail, hang }

        let behaviour = Mutex(Behaviour.answer)
        let loads = Mutex(0)
        let clock: ManualWallClock
        let version = 0

        init(clock: ManualWallClock) {
            self.clock = clock
        }

        func load() async throws(ServiceError) -> UserContext {
            loads.withLock { $0 += 1 }
            switch behaviour.withLock({ $0 }) {
            case .answer:
                var context = UserContext.empty(at: clock.now())
                context.userName = "Ayesha"
                return context
            case .fail: throw ServiceError(.storage, "broken")
            case .hang:
                let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
                for await _ in stream {}
                withExtendedLifetime(continuation) {}
                throw ServiceError(.cancelled, "cancelled")
            }
        }
    }

    @Test("all fields come from the person's file")
    func fields() async throws {
        let person = try Person()
        try await person.talk([("hello there", "hi")])
        try await person.remember(("FACT", "gender", "female"), ("GOAL", "goal_one", "learn"), ("PREFERENCE", "likes_tea", "tea"))
        try await person.store.write { transaction in
            _ = try transaction.saveUserProfile("A profile.")
            _ = try transaction.saveOnboardingDetails(fullName: "Ayesha Khan")
        }
        let context = await ConversationContextService(store: person.store, clock: StillClock()).context()
        #expect(context.userProfile == "A profile.")
        #expect(context.conversationState.trustScore == 3.0)
        #expect(context.recentMemories.map(\.key) == ["likes_tea", "gender", "goal_one"])
        #expect(context.onboardingData?.fullName == "Ayesha Khan")
        #expect(context.lastConversation?.mostRecent == "hello there")
        #expect(context.userName == "Ayesha Khan")
        #expect(context.userGender == .female)
        #expect(context.fetchedAt == person.clock.now())
        #expect(context.missingParts.isEmpty)
    }

    @Test("critical memories come first, none twice, ten at most")
    func memories() async throws {
        let person = try Person()
        for index in 0..<7 { try await person.remember(("FACT", "fact_\(index)", "f")) }
        for index in 0..<9 { try await person.remember(("OPINION", "opinion_\(index)", "o")) }
        let keys = await ConversationContextService(store: person.store, clock: StillClock()).context().recentMemories.map(\.key)
        #expect(
            keys == [
                "fact_6", "fact_5", "fact_4", "fact_3", "fact_2", "opinion_8", "opinion_7", "opinion_6", "opinion_5", "opinion_4",
            ])
    }

    @Test("a copy serves until something is written, by whatever way")
    func invalidatedByWrites() async throws {
        let person = try Person()
        let service = ConversationContextService(store: person.store, clock: StillClock())
        _ = await service.context()
        _ = await service.context()
        #expect(await service.statistics.sessionCacheHits == 1)
        try await person.remember(("FACT", "full_name", "Ayesha"))
        #expect(await service.context().userName == "Ayesha")
        let statistics = await service.statistics
        #expect(
            statistics
                == ContextStatistics(
                    totalRequests: 3, sessionCacheHits: 1, databaseHits: 2, hitRate: "33.3%", sessionCacheSize: 1))
    }

    @Test(
        "a copy is good for 900 seconds, and not at all when the clock has gone back", arguments: [(899.0, 1), (900, 2), (-1, 2)])
    func timeToLive(seconds: Double, loads: Int) async throws {
        let clock = ManualWallClock()
        let source = ScriptedSource(clock: clock)
        let service = ConversationContextService(source: source, wallClock: clock, clock: StillClock())
        _ = await service.context()
        clock.advance(seconds: seconds)
        _ = await service.context()
        #expect(source.loads.withLock { $0 } == loads)
    }

    @Test("a refresh can be forced, and the copy dropped")
    func refresh() async throws {
        let clock = ManualWallClock()
        let source = ScriptedSource(clock: clock)
        let service = ConversationContextService(source: source, wallClock: clock, clock: StillClock())
        _ = await service.context()
        _ = await service.context(forceRefresh: true)
        await service.invalidateCache()
        #expect(await service.statistics.sessionCacheSize == 0)
        _ = await service.context()
        #expect(source.loads.withLock { $0 } == 3)
    }

    @Test("when the file does not answer in time, the stale copy does")
    func stale() async throws {
        let clock = ManualWallClock()
        let source = ScriptedSource(clock: clock)
        let warm = ConversationContextService(source: source, wallClock: clock, clock: StillClock())
        _ = await warm.context()
        source.behaviour.withLock { $0 = .fail }
        #expect(await warm.context(forceRefresh: true).userName == "Ayesha")
        #expect(warm.metrics.counters["staleAnswers"] == 1)
    }

    @Test("without a copy it is the empty context, with the one default trust", arguments: [true, false])
    func empty(hangs: Bool) async throws {
        let clock = ManualWallClock()
        let source = ScriptedSource(clock: clock)
        source.behaviour.withLock { $0 = hangs ? .hang : .fail }
        let service = ConversationContextService(source: source, wallClock: clock, clock: InstantClock())
        let context = await service.context()
        #expect(context == .empty(at: clock.now()))
        #expect(context.conversationState.trustScore == 3.0)
        #expect(service.metrics.counters[hangs ? "timeouts" : "failures"] == 1 || !hangs)
    }

    @Test(
        "percentages have one decimal",
        arguments: [(5, 8, "62.5%"), (0, 0, "0.0%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (12, 8, "150.0%")])
    func percentages(part: Int, whole: Int, text: String) {
        #expect(percentage(part, of: whole) == text)
    }
}
