import Foundation
import LocalStore
import Logging
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// What models do while nobody waits: remembering, portraits and summaries, beside the rules that do the same without them.
@Suite(.timeLimit(.minutes(20))) struct QuietWorkTests {
    private let server: ScriptedModels
    private let harness: ConversationHarness
    private let mind: QuietMind

    init() async throws {
        server = try await ScriptedModels()
        let address = try #require(URL(string: server.address))
        let model = OpenAIChatModel(
            server: ModelServer(address: address, key: nil, model: "scripted-1"), transport: try CurlTransport())
        var tuning = LadderTuning()
        // A busy machine is no late server.
        tuning.cloudPatience = .seconds(60)
        tuning.stall = .seconds(60)
        tuning.total = .seconds(200)
        let ladder = LanguageLadder(
            rungs: [LadderRung(kind: .cloud) { model }], tuning: tuning, logger: Logger(label: "test"))
        let budget = DailyBudget(limits: .init(tokens: 100_000), zone: ConversationHarness.karachi)
        harness = try ConversationHarness(ladder: ladder, budget: budget)
        mind = QuietMind(store: harness.companion.store, ladder: ladder, budget: budget)
    }

    private var store: PersonStore { harness.companion.store }

    private func job(_ kind: JobKind) async throws -> BackgroundJob {
        try #require(try await store.read { try $0.jobs() }.first { $0.kind == kind.rawValue })
    }

    /// Does a job as the worker does.
    private func perform(_ handler: any BackgroundJobHandler, _ given: BackgroundJob? = nil) async throws {
        let job: BackgroundJob
        if let given { job = given } else { job = try await self.job(handler.kind) }
        let effects = try await handler.prepare(job)
        try await store.write { transaction in
            try effects?(transaction)
            try transaction.finishJob(id: job.id)
        }
    }

    private func facts(_ facts: [(message: Int, category: String, key: String, value: String)]) -> JSONValue {
        let list = facts.map { fact -> JSONValue in
            [
                "message": .int(Int64(fact.message)), "category": .string(fact.category), "key": .string(fact.key),
                "value": .string(fact.value),
            ]
        }
        return .string(JSONValue.object(["facts": .array(list)]).text)
    }

    // MARK: Memories

    @Test("a model finds what the rules missed, in the person's own words of that message")
    func remembering() async throws {
        try await server.next(answers: ["Oh dear.", "Poor you."])
        try await harness.say("our parrot Mithu screams whenever the kettle whistles")
        try await harness.say("it has been going on since the winter")
        let job = try await job(.modelMemory)
        #expect(job.payload["messages"]?.arrayValue?.count == 2 && job.attempts == 0)
        #expect(job.notBefore > harness.clock.now(), "it waits until it is quiet")
        try await server.next(answers: [
            facts([
                (1, "RELATIONSHIP", "parrot_name", "Mithu"), (1, "FACT", "debt", "owes the bank money"),
                (7, "FACT", "kettle", "the kettle whistles"), (2, "FACT", "season", "the kettle whistles"),
                (1, "SECRETS", "kettle", "the kettle whistles"), (1, "FACT", "آواز", "the kettle whistles"),
            ])
        ])
        try await perform(ModelMemoryJobHandler(mind: mind))
        let memories = try await harness.memories().filter { !$0.key.contains("parrot") || $0.key == "RELATIONSHIP/parrot_name" }
        #expect(memories["RELATIONSHIP/parrot_name"] == "Mithu")
        #expect(
            memories.values.allSatisfy { !$0.contains("bank") } && memories["FACT/season"] == nil
                && memories["FACT/kettle"] == nil)
        let stored = try #require(try await store.read { try $0.memory(category: .relationship, key: "parrot_name") })
        let said = try #require(job.payload["messages"]?.arrayValue?.first?.stringValue)
        #expect(stored.provenance.messageID == said && stored.provenance.confidence < 0.9)
        let asked = try #require(try await server.asked().last)
        #expect(asked.body.objectValue?["response_format"] != nil)
        #expect(asked.messages.last?.text.contains("Mithu") == true)
    }

    @Test("what is known is not stored again, what is contradicted becomes a revision, and what is newer or forgotten stays so")
    func merging() async throws {
        try await harness.companion.memories.saveMemory(
            category: "FACT", key: "pet", value: "a parrot called Mithu", provenance: Provenance(source: .said))
        try await harness.companion.memories.saveMemory(
            category: "FACT", key: "kettle", value: "copper", provenance: Provenance(source: .said))
        try await server.next(answers: ["Oh dear."])
        try await harness.say("our parrot Mithu screams whenever the steel kettle whistles at breakfast by the window")
        let handler = ModelMemoryJobHandler(mind: mind)
        let job = try await job(.modelMemory)
        harness.clock.advance(seconds: 5)
        try await harness.companion.memories.saveMemory(
            category: "FACT", key: "meal", value: "supper", provenance: Provenance(source: .said))
        try await harness.companion.memories.saveMemory(
            category: "FACT", key: "place", value: "garden", provenance: Provenance(source: .said))
        try await harness.companion.memories.forget(category: .fact, key: "place")
        try await server.next(answers: [
            facts([
                (1, "FACT", "bird", "Mithu"), (1, "FACT", "kettle", "steel"), (1, "FACT", "meal", "breakfast"),
                (1, "FACT", "place", "window"),
            ])
        ])
        try await perform(handler, job)
        let memories = try await harness.memories()
        #expect(memories["FACT/bird"] == nil && memories["FACT/pet"] == "a parrot called Mithu")
        #expect(memories["FACT/kettle"] == "steel" && memories["FACT/meal"] == "supper" && memories["FACT/place"] == nil)
        let revisions = try await harness.companion.memories.history(category: .fact, key: "kettle")
        #expect(revisions.map(\.value) == ["copper"])
    }

    @Test("an answer that cannot be used is tried again, then left; what it cost is counted, and what was said is kept")
    func unusable() async throws {
        try await server.next(answers: ["Oh dear."])
        try await harness.say("our parrot Mithu screams whenever the kettle whistles")
        let handler = ModelMemoryJobHandler(mind: mind)
        let job = try await job(.modelMemory)
        let before = try await spent()
        try await server.always(answer: "I would rather talk about the weather.")
        await #expect(throws: UnusableAnswer.self) { try await handler.prepare(job) }
        #expect(try await spent() > before)
        try await store.write { try $0.retryJob(id: job.id, error: "unusable", notBefore: $0.now, attempts: 2) }
        try await perform(handler)
        #expect(try await store.read { try $0.jobs() }.allSatisfy { $0.kind != JobKind.modelMemory.rawValue })
        #expect(try await store.read { try $0.messageCount() } == 2)
    }

    @Test("while nobody can be asked, or the day's budget is spent, it waits without counting as failed")
    func nobody() async throws {
        try await server.next(answers: ["Oh dear."])
        try await harness.say("our parrot Mithu screams whenever the kettle whistles")
        let poor = QuietMind(
            store: store, ladder: mind.ladder, budget: DailyBudget(limits: .init(tokens: 1), zone: ConversationHarness.karachi))
        let asked = try await server.asked().count
        let job = try await job(.modelMemory)
        await #expect(throws: PostponedJob.self) { try await ModelMemoryJobHandler(mind: poor).prepare(job) }
        #expect(try await server.asked().count == asked)
    }

    @Test("what the device answered itself, and what was understood, is not looked at by a model")
    func ownTurns() async throws {
        try await server.always(answer: "I see.")
        for text in ["remind me to call Ali tomorrow at 5", "forget my name", "I want to die", "my name is Sana"] {
            try await harness.say(text)
        }
        let kinds = try await store.read { try $0.jobs().map(\.kind) }
        #expect(!kinds.contains(JobKind.modelMemory.rawValue), "\(kinds)")
    }

    private func spent() async throws -> Int {
        let (budget, now) = (mind.budget, harness.clock.now())
        return try await store.read { try budget.spending($0, at: now).tokens }
    }

    // MARK: Portraits

    private func portrait() async throws -> String {
        try await harness.companion.memories.saveMemory(
            category: "FACT", key: "full_name", value: "Sana Malik", provenance: Provenance(source: .said))
        try await harness.companion.memories.saveMemory(
            category: "FACT", key: "location", value: "Lahore", provenance: Provenance(source: .said))
        try await perform(ProfileJobHandler(profiles: harness.companion.profiles, hasModel: true))
        return try await harness.companion.profiles.profile()
    }

    @Test("a model words the portrait, and the rules leave it alone until something else is known")
    func portraitWorded() async throws {
        let rules = try await portrait()
        #expect(rules.contains("Lahore"))
        let worded = "Her name is Sana Malik, and she makes her home in Lahore."
        try await server.next(answers: [.string(worded)])
        try await perform(ModelProfileJobHandler(mind: mind))
        #expect(try await harness.companion.profiles.profile() == worded)
        try await store.write { try $0.enqueueProfileRewrite() }
        try await perform(ProfileJobHandler(profiles: harness.companion.profiles, hasModel: true))
        #expect(try await harness.companion.profiles.profile() == worded)
        try await harness.companion.memories.forget(category: .fact, key: "location")
        try await perform(ProfileJobHandler(profiles: harness.companion.profiles, hasModel: true))
        #expect(try await !harness.companion.profiles.profile().contains("Lahore"))
    }

    @Test(
        "a portrait that says more than is known, is empty, too long or in the wrong script is not taken",
        arguments: [
            "Sana Malik lives in Lahore with her husband Bilal.", "Sana Malik is 34 and lives in Lahore.", "",
            "ثنا ملک لاہور میں رہتی ہیں اور بہت اچھی انسان ہیں۔", String(repeating: "she lives in Lahore ", count: 60),
        ])
    func portraitRefused(answer: String) async throws {
        let rules = try await portrait()
        try await server.always(answer: answer)
        let job = try await job(.modelProfile)
        await #expect(throws: UnusableAnswer.self) { try await ModelProfileJobHandler(mind: mind).prepare(job) }
        #expect(try await harness.companion.profiles.profile() == rules)
    }

    @Test("a portrait that the person wrote is not touched")
    func portraitOwn() async throws {
        _ = try await portrait()
        try await harness.companion.profiles.saveProfile("I am Sana and that is all.", origin: .manual)
        try await perform(ModelProfileJobHandler(mind: mind))
        #expect(try await server.asked().isEmpty)
        #expect(try await harness.companion.profiles.profile() == "I am Sana and that is all.")
    }

    // MARK: Summaries

    /// Five turns, of which one is only the device's business.
    private func talk() async throws -> String {
        try await server.always(answer: "I see.")
        for text in [
            "our parrot Mithu screams whenever the kettle whistles", "my boss shouted at me in the meeting on Monday",
            "forget the secret cupboard", "I feel tired of all that noise", "perhaps I should move the kettle",
        ] {
            try await harness.say(text)
        }
        let id = try #require(await harness.session.conversationID)
        let summaries = harness.companion.summaries
        try await summaries.updateSummary(of: id)
        return id
    }

    private func summary(_ id: String) async throws -> Conversation? { try await store.read { try $0.conversation(id: id) } }

    @Test("a model tells what a conversation was about, and is not told what was to be forgotten")
    func summaryTold() async throws {
        let id = try await talk()
        let rules = try #require(try await summary(id)?.summary)
        let text = "They told of Mithu, whose screams at the kettle tire them, and of a boss who shouted on Monday."
        let answer: JSONValue = ["summary": .string(text), "topics": ["kettle", "boss", "holidays"], "tone": "negative"]
        try await server.next(answers: [.string(answer.text)])
        try await perform(ModelSummaryJobHandler(mind: mind, summaries: harness.companion.summaries))
        let told = try #require(try await summary(id))
        #expect(told.summary == text && text != rules)
        #expect(told.topics == ["kettle", "boss"] && told.tone == "negative")
        let asked = try #require(try await server.asked().last)
        #expect(!asked.body.text.contains("cupboard"))
    }

    @Test(
        "a summary that says more than was said, is empty, too long, in the wrong script or no JSON leaves the rules' own",
        arguments: [
            #"{"summary":"They flew to Paris with 3 friends.","topics":[],"tone":"neutral"}"#,
            #"{"summary":"","topics":[],"tone":"neutral"}"#, "They talked about a kettle.",
            #"{"summary":"انہوں نے کیتلی اور طوطے کے بارے میں بات کی۔","topics":[],"tone":"neutral"}"#,
        ])
    func summaryRefused(answer: String) async throws {
        let id = try await talk()
        let rules = try await summary(id)?.summary
        try await server.always(answer: answer)
        let job = try await job(.modelSummary)
        await #expect(throws: UnusableAnswer.self) {
            try await ModelSummaryJobHandler(mind: mind, summaries: harness.companion.summaries).prepare(job)
        }
        #expect(try await summary(id)?.summary == rules)
    }

    @Test("a conversation that no model was asked about is told to none")
    func summaryUnshared() async throws {
        try await server.always(answer: "I see.")
        for _ in 0..<5 { try await harness.say("remind me to call Ali tomorrow at 5") }
        let id = try #require(await harness.session.conversationID)
        let job = try await store.write {
            try $0.enqueueJob(kind: JobKind.modelSummary.rawValue, payload: ["conversation": .string(id)])
        }
        _ = try await ModelSummaryJobHandler(mind: mind, summaries: harness.companion.summaries).prepare(job)
        #expect(try await server.asked().isEmpty)
    }

    // MARK: The worker

    @Test("the worker does it when it is quiet, not at the program's end, and gives way to a turn")
    func patience() async throws {
        try await server.next(answers: ["Oh dear."])
        try await harness.say("our parrot Mithu screams whenever the kettle whistles")
        harness.clock.advance(seconds: 60)
        let worker = harness.companion.worker
        #expect(try await worker.runUntilIdle(within: .seconds(300)) >= 1, "the end of a program does not wait for a model")
        let asked = try await server.asked().count
        #expect(asked == 1)
        try await server.next(faults: ["slow"])
        try await server.always(answer: "Not now.")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await server.waitUntilAsked(asked + 1)
            worker.wake()
            // It rests now, with no attempt counted; then it is done.
            try await until { try await job(.modelMemory).notBefore > harness.clock.now() }
            #expect(try await job(.modelMemory).attempts == 0)
            try await server.always(answer: facts([(1, "RELATIONSHIP", "parrot_name", "Mithu")]).stringValue)
            harness.clock.advance(seconds: 60)
            worker.wake()
            try await until { try await harness.memory("RELATIONSHIP/parrot_name") == "Mithu" }
            worker.beginShutdown()
            try await group.waitForAll()
        }
    }

    /// The store tells nobody; so it is asked until it is so, within the suite's time.
    private func until(_ isSo: () async throws -> Bool) async throws {
        while try await !isSo() { await Task.yield() }
    }
}
