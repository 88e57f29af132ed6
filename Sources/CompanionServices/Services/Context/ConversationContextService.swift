import LocalStore

/// Where a context is read from when the copy in memory will not do.
protocol ContextSource: Sendable {
    func load() async throws(ServiceError) -> UserContext
    /// Changes whenever something was written.
    var version: Int { get }
}

/// Reads the person's file, all parts from one snapshot.
struct StoreContextSource: ContextSource {
    let store: PersonStore

    func load() async throws(ServiceError) -> UserContext {
        let now = store.clock.now()
        return try await store.perform(reading: "reading the context") { UserContext($0, at: now) }
    }

    var version: Int { store.writeStatistics.commits }
}

/// Counters in the original's terms.
package struct ContextStatistics: Sendable, Hashable, Codable {
    package let totalRequests: Int
    package let sessionCacheHits: Int
    package let databaseHits: Int
    /// "66.7%"
    package let hitRate: String
    package let sessionCacheSize: Int
}

/// The person's context, kept in memory for 15 minutes at most and never past a write.
///
/// The store counts its commits, so whoever writes, by whatever way, makes the copy stale; nobody has to remember to say so.
/// When the file does not answer in two seconds, the stale copy or an empty context does.
package actor ConversationContextService: MeteredService {
    enum Counter: String, CaseIterable {
        case requests, memoryHits, databaseReads, timeouts, staleAnswers, missingParts, failures
    }

    /// How long a copy is good, in seconds.
    static let timeToLive = 900.0
    static let deadline = Duration.seconds(2)

    private struct Copy {
        let context: UserContext
        let version: Int
    }

    private let source: any ContextSource
    private let wallClock: any WallClock
    private let clock: any Clock<Duration>
    private let counters = ServiceCounters<Counter>("conversation-context")
    private var copy: Copy?

    package init(store: PersonStore, clock: any Clock<Duration> = ContinuousClock()) {
        self.init(source: StoreContextSource(store: store), wallClock: store.clock, clock: clock)
    }

    init(source: any ContextSource, wallClock: any WallClock, clock: any Clock<Duration>) {
        self.source = source
        self.wallClock = wallClock
        self.clock = clock
    }

    package nonisolated var metrics: ServiceMetrics { counters.snapshot }

    /// Never fails: see ``UserContext/missingParts`` for what it could not hold.
    package func context(forceRefresh: Bool = false) async -> UserContext {
        counters.add(.requests)
        let version = source.version
        if !forceRefresh, let copy, copy.version == version, isFresh(copy) {
            counters.add(.memoryHits)
            return copy.context
        }
        do {
            let source = source
            let loaded = try await withDeadline(Self.deadline, clock: clock, "reading the context") { try await source.load() }
            counters.add(.databaseReads)
            counters.add(.missingParts, loaded.missingParts.count)
            // An incomplete context is not worth keeping.
            if loaded.missingParts.isEmpty { copy = Copy(context: loaded, version: version) }
            return loaded
        } catch {
            counters.add(error.code == .timedOut ? .timeouts : .failures)
            guard let stale = copy else { return .empty(at: wallClock.now()) }
            counters.add(.staleAnswers)
            return stale.context
        }
    }

    package func invalidateCache() {
        copy = nil
    }

    package var statistics: ContextStatistics {
        let requests = counters[.requests]
        let hits = counters[.memoryHits]
        return ContextStatistics(
            totalRequests: requests, sessionCacheHits: hits, databaseHits: counters[.databaseReads],
            hitRate: percentage(hits, of: requests), sessionCacheSize: copy == nil ? 0 : 1)
    }

    /// A copy from the future means that the clock was set back: it is not trusted.
    private func isFresh(_ copy: Copy) -> Bool {
        let age = wallClock.now().seconds(since: copy.context.fetchedAt)
        return age >= 0 && age < Self.timeToLive
    }
}

/// "62.5%": one decimal, "0.0%" of nothing.
func percentage(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "0.0%" }
    let tenths = Int((Double(part) * 1000 / Double(whole)).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
}
