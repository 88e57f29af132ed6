import Foundation
import LocalStore
import Synchronization

/// Retrieval for one person: what was said and is known that bears on what is being said now.
///
/// The index lives in the person's file and is written with every memory and message, so there is nothing to load, to
/// save or to build at the start of a session. What this object adds is the state of one conversation.
package final class RAGService: Sendable {
    /// How much of the conversation is kept.
    private static let remembered = 10
    /// How many of the last texts count as what is being talked about.
    private static let contextDepth = 3
    private static let commandPatience = Duration.seconds(2)

    private struct State {
        var context: [String] = []
        var turns: [CompleteTurn] = []
        var turn = 0
        /// The turn in which a row was last brought up.
        var uses: [SearchReference: Int] = [:]
        var counters = RAGStatistics.Counters()
    }

    private let store: PersonStore
    private let retriever: Retriever
    /// Nil where no service says what texts are about.
    private let meaning: MeaningSearch?
    private let budget: DailyBudget?
    private let state = Mutex(State())

    package convenience init(store: PersonStore, retriever: Retriever) {
        self.init(store: store, retriever: retriever, meaning: nil, budget: nil)
    }

    /// - Parameter budget: where questions to a service that is paid for are counted.
    init(store: PersonStore, retriever: Retriever, meaning: MeaningSearch?, budget: DailyBudget?) {
        self.store = store
        self.retriever = retriever
        self.meaning = meaning
        self.budget = budget
    }

    // MARK: Memories

    /// Remembers a text; nil when it is blank. It can be found as soon as this returns, and adding it again adds nothing.
    ///
    /// - Parameter key: where to keep it; by default a name made from the text.
    @discardableResult
    package func addMemory(
        _ text: String, category: MemoryCategory = .general, key: MemoryKey? = nil,
        provenance: Provenance = Provenance(source: .tool)
    ) async throws -> MemoryWrite? {
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !value.isEmpty else { return nil }
        let key = try key ?? MemoryKey(validating: "note_" + Self.fingerprint(of: value))
        return try await store.write { transaction in
            _ = try transaction.ensureProfile()
            return try transaction.saveMemory(category: category, key: key, value: value, provenance: provenance)
        }
    }

    /// Memories about a text, in the form that the search tool reports.
    package func searchMemories(
        _ query: String, topK: Int = 5, filter: SearchFilter = SearchFilter(kinds: [.memory]), useAdvancedFeatures: Bool = true
    ) async throws -> [RetrievedMemory] {
        try await retrieve(query, limit: topK, filter: filter, useAdvancedFeatures: useAdvancedFeatures).map(RetrievedMemory.init)
    }

    /// Memories whose meaning stands out as near to a text's, best first; none where no service says what texts are about.
    package func memoriesMeant(by text: String, categories: [MemoryCategory]?, limit: Int) async throws -> [Memory] {
        // Who gives a command would rather wait than get half of it.
        guard let asked = try await meaning(of: text, within: Self.commandPatience) else { return [] }
        let filter = SearchFilter(kinds: [.memory], categories: categories)
        return try await store.read { view in
            try self.retrieve(text, limit: max(limit, 10), filter: filter, meaning: asked, in: view)
        }.hits.filter { $0.reason.meaning != nil }.prefix(limit).compactMap(\.memory)
    }

    /// What a text is about, where a service says that in time. What that cost is counted.
    private func meaning(of text: String, within patience: Duration? = nil) async throws -> AskedMeaning? {
        guard let asked = await meaning?.ask(text, within: patience) else { return nil }
        if let use = asked.use, let budget { try await store.write { try budget.note([use], in: $0) } }
        return asked.meaning
    }

    /// Memories and messages about a text, best first, with why.
    package func retrieve(
        _ query: String, limit: Int = 5, filter: SearchFilter = SearchFilter(), includesPast: Bool = false,
        useAdvancedFeatures: Bool = true, excludedMessageID: String? = nil
    ) async throws -> [RetrievalHit] {
        let asked = try await meaning(of: query)
        return try await store.read { view in
            try self.retrieve(
                query, limit: limit, filter: filter, includesPast: includesPast, useAdvancedFeatures: useAdvancedFeatures,
                excludedMessageID: excludedMessageID, meaning: asked, in: view)
        }.hits
    }

    /// The same in a view, with the ranking, for whoever goes on asking about the same words.
    package func retrieve(
        _ query: String, limit: Int = 5, filter: SearchFilter = SearchFilter(), includesPast: Bool = false,
        useAdvancedFeatures: Bool = true, excludedMessageID: String? = nil, meaning: AskedMeaning? = nil, in view: StoreView
    ) throws -> Retrieval {
        var request = RetrievalRequest(
            query, limit: limit, filter: filter, includesPast: includesPast, usesBoosts: useAdvancedFeatures,
            excludedMessageID: excludedMessageID, meaning: meaning)
        if useAdvancedFeatures { addConversation(to: &request) }
        let ranking = try retriever.rank(request, in: view)
        let hits = try retriever.hits(of: ranking, for: request, in: view, now: store.clock.now())
        note(hits, of: request, in: ranking.plan.ways)
        return Retrieval(hits: hits, ranking: ranking)
    }

    // MARK: Conversation

    /// Adds what was just said to what is being talked about.
    package func updateConversationContext(_ text: String) {
        guard !text.allSatisfy(\.isWhitespace) else { return }
        state.withLock { state in
            state.context.append(text)
            state.context.removeFirst(max(0, state.context.count - Self.remembered))
        }
    }

    package var conversationContext: [String] { state.withLock { $0.context } }

    /// Adds a turn that is complete: both sides have spoken. Anything else is no turn and is left out.
    package func addConversationTurn(user: String, assistant: String) {
        guard !user.allSatisfy(\.isWhitespace), !assistant.allSatisfy(\.isWhitespace) else { return }
        let turn = CompleteTurn(user: user, assistant: assistant, timestamp: store.clock.now())
        state.withLock { state in
            state.turns.append(turn)
            state.turns.removeFirst(max(0, state.turns.count - Self.remembered))
            state.turn += 1
            state.uses = state.uses.filter { state.turn - $0.value <= Self.remembered }
        }
    }

    /// The last turns, oldest first.
    package var conversationTurns: [CompleteTurn] { state.withLock { $0.turns } }
    package var lastConversationTurn: CompleteTurn? { state.withLock { $0.turns.last } }

    package func resetConversationContext() {
        state.withLock { state in
            state.context = []
            state.turns = []
            state.uses = [:]
        }
    }

    package func statistics() async throws -> RAGStatistics {
        let memories = try await store.read { view in try view.memoryCount() }
        return state.withLock { state in
            RAGStatistics(
                counters: state.counters, totalMemories: memories, cacheSize: retriever.cachedVectors,
                conversationContextSize: state.context.count, referencedMemoriesCount: state.uses.count)
        }
    }

    // MARK: State of the conversation

    private func addConversation(to request: inout RetrievalRequest) {
        let (texts, uses, turn) = state.withLock { ($0.context.suffix(Self.contextDepth), $0.uses, $0.turn) }
        // What is asked for anyway says nothing about what was talked of before.
        request.context = Set(texts.flatMap(TextNormalizer.indexTerms)).subtracting(TextNormalizer.indexTerms(request.text))
        request.turnsSinceUse = uses.mapValues { turn - $0 }.filter { $0.value > 0 }
    }

    private func note(_ hits: [RetrievalHit], of request: RetrievalRequest, in ways: Int) {
        state.withLock { state in
            state.counters.retrievals += 1
            state.counters.queries += ways
            state.counters.found += hits.count
            guard request.usesBoosts else { return }
            for hit in hits { state.uses[hit.reference] = state.turn }
            state.counters.recentHits += hits.count(where: \.isRecent)
            state.counters.importantHits += hits.count { $0.memory.map { Importance.of($0) > 0 } ?? false }
            state.counters.contextMatches += hits.count { hit in
                TextNormalizer.indexTerms(hit.text).contains(where: request.context.contains)
            }
        }
    }

    /// Sixteen hexadecimal digits that two spellings of the same text share.
    private static func fingerprint(of text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in TextNormalizer.normalize(text).utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What both sides said.
package struct CompleteTurn: Sendable, Hashable, Codable {
    package let user: String
    package let assistant: String
    package let timestamp: Timestamp
}
