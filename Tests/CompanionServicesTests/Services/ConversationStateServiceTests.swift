import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ConversationStateServiceTests {
    let person: Person
    let service: ConversationStateService

    init() throws {
        person = try Person()
        service = try ConversationStateService(store: person.store, lexicon: try SignalLexicon())
    }

    @Test("somebody new is at the first stage with a trust of three")
    func initial() async throws {
        let state = try await service.state()
        #expect(state.stage == .orientation)
        #expect(state.trustScore == 3.0)
        #expect(state.lastUpdated == nil)
        #expect(state.stageHistory.isEmpty)
    }

    @Test("the five stages are in order, each with its band")
    func stages() {
        #expect(
            ConversationStage.allCases.map(\.rawValue) == ["ORIENTATION", "ENGAGEMENT", "GUIDANCE", "REFLECTION", "INTEGRATION"])
        #expect(ConversationStage.allCases.map(\.band) == [0...3, 4...6, 7...8, 8...9, 9...10])
        #expect(ConversationStage.orientation.previous == nil)
        #expect(ConversationStage.integration.next == nil)
        for stage in ConversationStage.allCases where stage != .orientation { #expect(stage.exitTrust < stage.entryTrust) }
    }

    @Test("an update sets what it names, keeps the rest and notes a change of stage")
    func update() async throws {
        try await service.updateState(metadata: ["mood": "calm"])
        let state = try await service.updateState(stage: "engagement", trust: 4.5)
        #expect(state.stage == .engagement)
        #expect(state.metadata["mood"] == "calm")
        let change = try #require(state.stageHistory.first)
        #expect(change.from == "ORIENTATION")
        #expect(change.to == "ENGAGEMENT")
        #expect(change.trustScore == 4.5)
        #expect(change.timestamp == person.clock.now())
        let again = try await service.updateState(trust: 5)
        #expect(again.stage == .engagement)
        #expect(again.stageHistory.count == 1)
    }

    @Test("an unknown stage is refused and changes nothing", arguments: ["", "FRIENDSHIP", "GUIDANCE "])
    func unknownStage(_ stage: String) async throws {
        let error = try #require(await serviceError { try await service.updateState(stage: stage) })
        #expect(error.code == .invalidInput)
        #expect(error.description.contains("ORIENTATION"))
        #expect(try await service.state().lastUpdated == nil)
    }

    @Test("trust is brought into its range", arguments: [(-1.0, 0.0), (0, 0), (10, 10), (11.5, 10), (4.25, 4.25)])
    func clamped(given: Double, kept: Double) async throws {
        #expect(try await service.updateState(trust: given).trustScore == kept)
    }

    @Test("a trust that is no number is refused", arguments: [Double.nan, .infinity])
    func notANumber(_ trust: Double) async throws {
        #expect(await serviceError { try await service.updateState(trust: trust) }?.code == .invalidInput)
        #expect(await serviceError { try await service.adjustTrust(by: trust, reason: "") }?.code == .invalidInput)
    }

    @Test("an adjustment is clamped and noted beside what was there")
    func adjust() async throws {
        try await service.updateState(metadata: ["mood": "calm"])
        #expect(try await service.adjustTrust(by: 1.25, reason: "opened up") == 4.25)
        #expect(try await service.adjustTrust(by: -100, reason: "left") == 0)
        let metadata = try await service.state().metadata
        #expect(metadata["mood"] == "calm")
        let note = try #require(metadata["last_trust_adjustment"]?.objectValue)
        #expect(note["delta"]?.doubleValue == -100)
        #expect(note["reason"] == "left")
        #expect(note["timestamp"]?.stringValue == person.clock.now().iso8601)
    }

    @Test("small steps add up, also when the shared row comes back with one decimal")
    func fineTrust() async throws {
        for _ in 0..<3 { try await service.adjustTrust(by: 0.01, reason: "small") }
        #expect(try await service.state().trustScore == 3.03)
        // What the cloud's numeric(3,1) makes of it.
        try await person.store.write { transaction in
            var row = try #require(try transaction.view.conversationState())
            row.trustScore = 3.0
            try transaction.saveConversationState(row)
        }
        #expect(try await service.state().trustScore == 3.03)
        for _ in 0..<3 { try await service.adjustTrust(by: 0.01, reason: "small") }
        #expect(try await service.state().trustScore == 3.06)
        // A real change from elsewhere counts.
        try await person.store.write { transaction in
            var row = try #require(try transaction.view.conversationState())
            row.trustScore = 5.0
            try transaction.saveConversationState(row)
        }
        #expect(try await service.state().trustScore == 5.0)
    }

    @Test("the stage of a newer program is treated as the first")
    func foreignStage() async throws {
        try await person.store.write { transaction in
            var row = ConversationState(newFor: transaction.userID, at: transaction.now)
            row.stage = "TRANSCENDENCE"
            try transaction.saveConversationState(row)
        }
        #expect(try await service.state().stage == .orientation)
    }

    @Test(
        "what is said suggests how trust moves",
        arguments: [
            ("I feel close to my sister", 1.1), ("That helped, thanks!", 1.8), ("what should I do?", 2.1), ("whatever", -0.5),
            ("leave me alone please now", -1.0), ("ok", 0), ("we went to the market", 0.1), ("مجھے مشورہ چاہیے", 2.0),
            ("what should I do? I feel lost, I'll try, thanks", 3.0),
        ])
    func suggestion(text: String, adjustment: Double) async throws {
        let suggestion = try await service.suggestStageTransition(input: text)
        #expect(abs(suggestion.trustAdjustment - adjustment) < 1e-9, "\(suggestion)")
        #expect(suggestion.currentStage == .orientation)
        #expect(!suggestion.shouldTransition)
        #expect(try await service.state().lastUpdated == nil)
    }

    @Test("at the last stage one stays, surely, and the answer still names the stage")
    func lastStage() async throws {
        try await service.updateState(stage: "INTEGRATION", trust: 9.5)
        let suggestion = try await service.suggestStageTransition(input: "what should I do?")
        #expect(suggestion.currentStage == .integration)
        #expect(suggestion.suggestedStage == .integration)
        #expect(!suggestion.shouldTransition)
        #expect(suggestion.confidence == 1.0)
    }

    @Test("a step on needs the trust of the next stage and an opening; it is one step")
    func advance() async throws {
        try await service.updateState(trust: 3.8)
        let outcome = try await service.autoUpdateFromInteraction(input: "I feel I can tell you about my family")
        #expect(outcome.action == .stageTransition)
        #expect(outcome.oldState.stage == .orientation)
        #expect(outcome.newState.stage == .engagement)
        #expect(outcome.newState.trustScore == 4.3)
        #expect(outcome.newState.stageHistory.map(\.to) == ["ENGAGEMENT"])
        #expect(outcome.suggestion.confidence > 0.5)
    }

    @Test(
        "no step on when they want it light, are in distress or answer in single words",
        arguments: [
            "tell me a joke, thanks", "I feel hopeless", "whatever",
        ])
    func held(_ text: String) async throws {
        try await service.updateState(trust: 6.9)
        #expect(try await service.autoUpdateFromInteraction(input: text).newState.stage.rank <= 0)
    }

    @Test("three answers of one word hold the stage")
    func terse() async throws {
        try await service.updateState(trust: 5)
        let held = try await service.suggestStageTransition(input: "thanks", recent: ["ok", "fine"])
        #expect(!held.shouldTransition)
        #expect(held.detectedSignals.contains("one_word_answers"))
        #expect(try await service.suggestStageTransition(input: "thanks", recent: ["ok", "fine then, go on"]).shouldTransition)
    }

    @Test("one goes back only when trust falls below the band by the margin, and by one step")
    func retreat() async throws {
        try await service.updateState(stage: "GUIDANCE", trust: 7.0)
        let first = try await service.autoUpdateFromInteraction(input: "you're annoying")
        #expect(first.action == .trustAdjustment)
        #expect(first.newState.stage == .guidance)
        let second = try await service.autoUpdateFromInteraction(input: "leave me alone")
        #expect(second.newState.trustScore == 5.0)
        #expect(second.action == .stageTransition)
        #expect(second.newState.stage == .engagement)
        #expect(service.metrics.counters["retreats"] == 1)
    }

    @Test("a day of warm talk cannot rush through the stages; the next day goes on")
    func dailyLimit() async throws {
        for _ in 0..<50 { try await service.autoUpdateFromInteraction(input: "what should I do? I feel lost, thank you") }
        #expect(try await service.state().trustScore == 4.5)
        #expect(try await service.state().stage == .engagement)
        person.clock.advance(seconds: 86_400)
        try await service.autoUpdateFromInteraction(input: "what should I do? I feel lost, thank you")
        #expect(try await service.state().trustScore == 5.0)
    }

    @Test("nor does a bad day take everything")
    func dailyLoss() async throws {
        try await service.updateState(stage: "INTEGRATION", trust: 10)
        for _ in 0..<20 { try await service.autoUpdateFromInteraction(input: "leave me alone") }
        #expect(try await service.state().trustScore == 7.0)
        #expect(try await service.state().stage == .guidance)
    }

    @Test("the day is the person's own")
    func localDay() async throws {
        person.clock.set(try #require(Timestamp(iso8601: "2026-03-10T18:30:00Z")))  // half past eleven at night in Karachi
        for _ in 0..<10 { try await service.autoUpdateFromInteraction(input: "what should I do?") }
        #expect(try await service.state().trustScore == 4.5)
        person.clock.advance(seconds: 3600)
        try await service.autoUpdateFromInteraction(input: "what should I do?")
        #expect(try await service.state().trustScore == 5.0)
    }

    @Test("nothing said changes nothing")
    func none() async throws {
        let outcome = try await service.autoUpdateFromInteraction(input: "ok")
        #expect(outcome.action == .none)
        #expect(try await service.state().lastUpdated == nil)
    }

    @Test("whatever is said in whatever order: trust stays in range, stages move one step at most", arguments: 0..<6)
    func properties(seed: UInt64) async throws {
        let texts = [
            "I feel close to my sister", "what should I do?", "thanks", "leave me alone", "whatever", "tell me a joke", "ok",
            "I want to die", "", "میں بہت خوش ہوں", "مت پوچھیں", "that helped, I'll try it and I feel better",
        ]
        var generator = SeededGenerator(seed: seed)
        var previous = try await service.state()
        for _ in 0..<120 {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0: person.clock.advance(seconds: Double.random(in: -100_000...200_000, using: &generator))
            case 1: try await service.adjustTrust(by: Double.random(in: -4...4, using: &generator), reason: "test")
            default: break
            }
            let before = try await service.state()
            let text = try #require(texts.randomElement(using: &generator))
            let outcome = try await service.autoUpdateFromInteraction(input: text)
            #expect((0.0...10.0).contains(outcome.newState.trustScore))
            #expect(abs(outcome.newState.stage.rank - before.stage.rank) <= 1)
            #expect((-1.001...0.501).contains(outcome.newState.trustScore - before.trustScore))
            #expect((-2.0...3.0).contains(outcome.suggestion.trustAdjustment))
            #expect((0.0...1.0).contains(outcome.suggestion.confidence))
            #expect(outcome.newState.stageHistory.count - previous.stageHistory.count <= 1)
            previous = outcome.newState
        }
    }

    @Test("every stage has its guidance, an unknown one the first's", arguments: ConversationStage.allCases)
    func guidance(_ stage: ConversationStage) {
        let guidance = service.guidance(for: stage.rawValue)
        #expect(!guidance.goal.isEmpty && guidance.approach.count >= 3 && guidance.topics.count >= 3)
        #expect(guidance.trustBuilding.count >= 3)
        let text = guidance.markdown(for: stage)
        #expect(text.hasPrefix("## \(stage.rawValue) (trust "))
        #expect(text.contains("**Topics**"))
        #expect(service.guidance(for: "UNKNOWN") == service.guidance(for: "ORIENTATION"))
    }
}
