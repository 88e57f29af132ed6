import LocalStore

/// Where the relation with a person stands.
package struct StageState: Sendable, Hashable {
    package let stage: ConversationStage
    /// 0 to 10, as finely as it is known here.
    package let trustScore: Double
    /// Nil for somebody new.
    package let lastUpdated: Timestamp?
    package let metadata: [String: JSONValue]
    package let stageHistory: [StageChange]
}

/// What one turn did to it.
package struct StageOutcome: Sendable, Hashable {
    package enum Action: String, Sendable, Hashable, Codable {
        case stageTransition = "stage_transition"
        case trustAdjustment = "trust_adjustment"
        case none
    }

    package let action: Action
    package let oldState: StageState
    package let newState: StageState
    package let suggestion: StageSuggestion
}

/// Stage and trust: five stages, trust from 0 to 10, moved by what people say and bounded per turn and per day, so that closeness
/// is neither rushed nor kept when it is no longer wanted.
package final class ConversationStateService: MeteredService {
    enum Counter: String, CaseIterable { case updates, adjustments, advances, retreats, unchanged, failures }

    private let store: PersonStore
    private let policy: TrustPolicy
    private let cache: PersonCache?
    private let guidance: [ConversationStage: StageGuidance]
    private let counters = ServiceCounters<Counter>("conversation-state")

    package init(store: PersonStore, lexicon: SignalLexicon, cache: PersonCache? = nil) throws(ServiceError) {
        self.store = store
        self.cache = cache
        policy = TrustPolicy(lexicon: lexicon)
        guidance = try StageGuidance.load()
    }

    package var metrics: ServiceMetrics { counters.snapshot }

    /// Somebody new is at the first stage with a trust of 3.
    package func state() async throws(ServiceError) -> StageState {
        guard let cache else { return try await storedState() }
        return try await cache.fromRows(.conversationState) { () async throws(ServiceError) -> StageState in
            try await storedState()
        }
    }

    private func storedState() async throws(ServiceError) -> StageState {
        try await counting { store in
            try await store.perform(reading: "reading the conversation state") { try $0.stageState() }
        }
    }

    /// Sets what is given and keeps the rest. An unknown stage is refused with `.invalidInput`; trust is brought into 0...10;
    /// empty metadata counts as not given.
    @discardableResult
    package func updateState(
        stage: String? = nil, trust: Double? = nil, metadata: [String: JSONValue] = [:]
    ) async throws(ServiceError) -> StageState {
        var target: ConversationStage?
        if let stage {
            guard let known = ConversationStage(rawValue: stage.uppercased()) else {
                let names = ConversationStage.allCases.map(\.rawValue).joined(separator: ", ")
                throw ServiceError(.invalidInput, "'\(stage.prefix(40))' is not a stage; choose one of \(names)")
            }
            target = known
        }
        if let trust, !trust.isFinite {
            throw ServiceError(.invalidInput, "a trust score is a number from 0 to 10")
        }
        let wanted = target
        let state = try await counting { store in
            try await store.perform(writing: "updating the conversation state") { transaction in
                try transaction.saveStageState(stage: wanted, trust: trust, metadata: metadata.isEmpty ? nil : metadata)
            }
        }
        counters.add(.updates)
        return state
    }

    /// Adds to the trust score and notes why; returns the new score. Not subject to the limits of ordinary turns.
    @discardableResult
    package func adjustTrust(by delta: Double, reason: String) async throws(ServiceError) -> Double {
        guard delta.isFinite else { throw ServiceError(.invalidInput, "a change of trust is a number") }
        let trust = try await counting { store in
            try await store.perform(writing: "adjusting trust") { try $0.adjustTrust(by: delta, reason: reason).trustScore }
        }
        counters.add(.adjustments)
        return trust
    }

    /// What this utterance suggests; changes nothing. `recent` are the person's messages before it, newest first.
    package func suggestStageTransition(input: String, recent: [String] = []) async throws(ServiceError) -> StageSuggestion {
        let policy = policy
        let now = store.clock.now()
        return try await counting { store in
            try await store.perform(reading: "looking at the conversation state") { view in
                let state = try view.stageState()
                return policy.suggestion(
                    for: input, recent: recent, stage: state.stage, trust: state.trustScore, spent: try view.dailyTrust(at: now))
            }
        }
    }

    /// Lets one utterance of the person have its effect.
    @discardableResult
    package func autoUpdateFromInteraction(input: String, recent: [String] = []) async throws(ServiceError) -> StageOutcome {
        let outcome = try await counting { store in
            try await store.perform(writing: "updating the conversation state") {
                try self.autoUpdate(input: input, recent: recent, in: $0)
            }
        }
        count(outcome)
        return outcome
    }

    /// What to aim for at a stage; a name that is not known is treated as the first.
    package func guidance(for stage: String) -> StageGuidance {
        let stage = ConversationStage(rawValue: stage) ?? .orientation
        return guidance[stage] ?? StageGuidance.empty
    }

    // MARK: As part of a larger transaction

    func autoUpdate(input: String, recent: [String], in transaction: StoreTransaction) throws -> StageOutcome {
        let old = try transaction.view.stageState()
        var spent = try transaction.view.dailyTrust(at: transaction.now)
        let suggestion = policy.suggestion(
            for: input, recent: recent, stage: old.stage, trust: old.trustScore, spent: spent)
        let wish = spent.allowed(suggestion.trustAdjustment)
        let trust = min(max(old.trustScore + wish, TrustPolicy.range.lowerBound), TrustPolicy.range.upperBound)
        let delta = trust - old.trustScore
        let stage = policy.stage(after: suggestion, trust: trust)
        guard delta != 0 || stage != old.stage else {
            return StageOutcome(action: .none, oldState: old, newState: old, suggestion: suggestion)
        }
        spent.spend(delta)
        let reason = suggestion.detectedSignals.joined(separator: ", ")
        let note = delta == 0 ? nil : (delta, reason)
        let new = try transaction.saveStageState(
            stage: stage, trust: trust, metadata: note.map { old.metadata.adding(delta: $0, reason: $1, at: transaction.now) },
            spent: spent)
        return StageOutcome(
            action: stage == old.stage ? .trustAdjustment : .stageTransition, oldState: old, newState: new,
            suggestion: suggestion)
    }

    func count(_ outcome: StageOutcome) {
        switch outcome.action {
        case .none: counters.add(.unchanged)
        case .trustAdjustment: counters.add(.adjustments)
        case .stageTransition:
            counters.add(outcome.newState.stage.rank > outcome.oldState.stage.rank ? .advances : .retreats)
        }
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
