import Foundation
import LocalStore
import Logging
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// Search by meaning against a server whose vectors follow from a list of topics. What is asked has no word in common with what
/// is to be found, in any language.
@Suite(.timeLimit(.minutes(20))) struct MeaningSearchTests {
    private let server: ScriptedModels
    private let question = "do eight-legged crawlers frighten somebody here?"
    private let facts = [
        ("fear", "spiders"), ("location", "Lahore"), ("job", "teacher"), ("pet", "a parrot"), ("hobby", "painting"),
        ("car", "a red Suzuki"), ("shoe_size", "38"), ("breakfast", "paratha"),
    ]

    init() async throws {
        server = try await ScriptedModels()
        try await server.meanings([["spider", "eight-legged"], ["lahore"], ["teacher"], ["parrot"], ["painting"]])
    }

    private func service(
        _ model: String = "vectors-1", kind: LadderRung.Kind = .server, deadline: Duration = .seconds(60)
    ) throws -> MeaningService {
        let address = try #require(URL(string: server.address))
        return MeaningService(
            OpenAIEmbedding(
                server: ModelServer(address: address, key: nil, model: model), transport: try CurlTransport(),
                within: .seconds(60)),
            kind: kind, deadline: deadline)
    }

    private func remember(_ harness: ConversationHarness) async throws {
        for (key, value) in facts {
            try await harness.companion.memories.saveMemory(
                category: "FACT", key: key, value: value, provenance: Provenance(source: .said))
            harness.clock.advance(seconds: 60)
        }
    }

    /// Lets the worker do what is due, until `isDone`.
    private func work(_ harness: ConversationHarness, until isDone: @Sendable () async throws -> Bool) async throws {
        let worker = harness.companion.worker
        async let working: Void = worker.run()
        // Waking it would make such work give way.
        try await until(isDone)
        worker.beginShutdown()
        try await working
    }

    private func vectors(_ harness: ConversationHarness, _ model: String = "vectors-1") async throws -> Int {
        try await harness.companion.store.read { try $0.meaningState(of: model).count }
    }

    /// Facts remembered, with their vectors.
    private func harness(_ service: MeaningService, ladder: LanguageLadder? = nil) async throws -> ConversationHarness {
        let harness = try ConversationHarness(ladder: ladder, meaning: service)
        try await remember(harness)
        try await makeVectors(harness, service.model)
        return harness
    }

    /// A turn asks for the missing vectors; they are made when it has been quiet for a while.
    private func makeVectors(_ harness: ConversationHarness, _ model: String = "vectors-1") async throws {
        try await harness.say("hello")
        harness.clock.advance(seconds: 60)
        let store = harness.companion.store
        try await perform(harness)
        #expect(try await store.read { try $0.memoriesWithoutMeaning(of: model, limit: 1).isEmpty })
    }

    /// Does the waiting jobs for vectors as the worker does.
    private func perform(_ harness: ConversationHarness) async throws {
        let store = harness.companion.store
        let handler = MeaningJobHandler(store: store, service: harness.meaning, budget: harness.companion.options.budget)
        while let job = try await store.read({ try $0.jobs() }).first(where: { $0.kind == JobKind.meaning.rawValue }) {
            let effects = try await handler.prepare(job)
            try await store.write { transaction in
                try effects?(transaction)
                try transaction.finishJob(id: job.id)
            }
        }
    }

    @Test("what is said in other words is found by its meaning alone, told to the model, and explained")
    func paraphrase() async throws {
        let address = try #require(URL(string: server.address))
        let model = OpenAIChatModel(
            server: ModelServer(address: address, key: nil, model: "scripted-1"), transport: try CurlTransport())
        var tuning = LadderTuning()
        (tuning.cloudPatience, tuning.stall, tuning.total) = (.seconds(60), .seconds(60), .seconds(200))
        let ladder = LanguageLadder(
            rungs: [LadderRung(kind: .cloud) { model }], tuning: tuning, logger: Logger(label: "test"))

        let without = try ConversationHarness(ladder: ladder)
        try await remember(without)
        try await without.say(question)
        #expect(try await server.asked().last?.turn.told.contains("spiders") == false)
        #expect(try await without.session.why().found.allSatisfy { $0.text != "spiders" && $0.meaning == nil })
        #expect(try await server.embeddedTexts().isEmpty, "nothing is sent where no service is set up")

        let meaning = try service()
        let harness = try await harness(meaning, ladder: ladder)
        let batch = try #require(try await server.embeddedTexts().first)
        #expect(batch.contains("fear: spiders") && batch.contains("shoe size: 38") && batch.count == facts.count)
        try await harness.say(question)
        #expect(try await server.asked().last?.turn.told.contains("spiders") == true)
        let found = try #require(try await harness.session.why().found.first { $0.text == "spiders" })
        #expect(found.words.isEmpty && (found.meaning ?? 0) > 2.5)
        // The tool for models, and the search of the command line, find it too.
        let hits = try await harness.companion.retrieval.searchMemories(question)
        #expect(hits.first?.text == "spiders")
        let meant = try await harness.companion.retrieval.memoriesMeant(by: question, categories: nil, limit: 5)
        #expect(meant.map(\.value) == ["spiders"])
        #expect(try await server.embeddedTexts().filter { $0 == [question] }.count == 1, "it is asked once, and cached then")
        #expect(meaning.counters.known >= 2 && meaning.counters.memories == facts.count)
        // What has a memory of its name, and what nothing is near to, are answered as before.
        #expect(try await harness.companion.retrieval.searchMemories("Lahore").first?.text == "Lahore")
        let strange = try await harness.companion.retrieval.retrieve("zebras quietly humming")
        #expect(strange.allSatisfy { $0.reason.meaning == nil })
    }

    @Test("a server that stalls costs its deadline and no more, and is left alone after three times")
    func stall() async throws {
        let meaning = try service(deadline: .milliseconds(250))
        let harness = try await harness(meaning)
        let retrieval = harness.companion.retrieval
        let plain = try await harness.companion.store.read { view in
            try retrieval.retrieve("where is my parrot?", in: view).hits.map(\.text)
        }
        try await server.always(fault: "slow")
        for turn in 1...4 {
            let begun = ContinuousClock.now
            let hits = try await harness.companion.retrieval.retrieve("where is my parrot? \(turn)").map(\.text)
            let took = ContinuousClock.now - begun
            #expect(hits == plain)
            // On a busy machine the search itself takes a while; an hour is what the server would take.
            #expect(took < .seconds(5), "\(took)")
            if turn <= 3 { #expect(took >= .milliseconds(250)) }
        }
        #expect(meaning.counters.late == 3 && meaning.counters.skipped == 1 && meaning.health.isResting)
        // One that was given up early may not have arrived.
        let arrived = try await server.embeddedTexts()
        #expect(arrived.count <= 1 + 3 && !arrived.contains(["where is my parrot? 4"]))
        let begun = ContinuousClock.now
        #expect(!(try await harness.say("what about my parrot's dinner?")).isEmpty)
        #expect(ContinuousClock.now - begun < .seconds(5))
    }

    @Test("words for this device alone are not sent, nor a question that is answered by name, nor what is only tried out")
    func staysHere() async throws {
        let harness = try await harness(try service())
        let before = try await server.embeddedTexts().count
        for text in [
            "remind me to call Ali tomorrow at 5", "what is 12 times 12?", "I want to die", "forget my shoe size",
            "where do I live?",
        ] { try await harness.say(text) }
        _ = try await harness.session.preview(of: question)
        #expect(try await server.embeddedTexts().count == before)
        try await harness.say(question)
        #expect(try await server.embeddedTexts().last == [question])
    }

    @Test("a memory that is forgotten or changed loses its vector, and what is new gets one")
    func changes() async throws {
        let harness = try await harness(try service())
        try await harness.companion.memories.forget(category: .fact, key: "fear")
        try await harness.companion.memories.saveMemory(
            category: "FACT", key: "pet", value: "a tortoise", provenance: Provenance(source: .said))
        #expect(try await vectors(harness) == facts.count - 2)
        #expect(try await harness.companion.retrieval.memoriesMeant(by: question, categories: nil, limit: 5).isEmpty)
        try await makeVectors(harness)
        #expect(try await server.embeddedTexts().last == ["pet: a tortoise"])
        #expect(try await vectors(harness) == facts.count - 1)
    }

    @Test("another model makes all vectors anew, in the place of the old ones")
    func otherModel() async throws {
        let harness = try await harness(try service())
        harness.meaning = try service("vectors-2")
        try await harness.reopen()
        #expect(try await harness.companion.retrieval.memoriesMeant(by: question, categories: nil, limit: 5).isEmpty)
        try await makeVectors(harness, "vectors-2")
        #expect(try await vectors(harness) == 0)
        #expect(try await vectors(harness, "vectors-2") == facts.count)
        #expect(
            try await harness.companion.retrieval.memoriesMeant(by: question, categories: nil, limit: 5).map(\.value)
                == ["spiders"])
    }

    @Test("many are made in batches by the worker; a failure and a restart in between repeat nothing and lose nothing")
    func resuming() async throws {
        let harness = try ConversationHarness(meaning: try service())
        try await harness.companion.store.write { transaction in
            _ = try transaction.ensureProfile()
            for number in 0..<150 {
                _ = try transaction.saveMemory(
                    category: .fact, key: MemoryKey(validating: "thing_\(number)"), value: "value \(number)",
                    provenance: Provenance(source: .said))
            }
        }
        try await harness.say("hello")
        harness.clock.advance(seconds: 60)
        try await server.next(faults: [nil, "trouble"])
        let (store, server) = (harness.companion.store, server)
        try await work(harness) {
            // The first batch is there; the second failed and waits.
            let waiting = try await store.read { try $0.jobs() }.first { $0.kind == JobKind.meaning.rawValue }
            let isWaiting = waiting.map { $0.notBefore > store.clock.now() } ?? false
            return try await server.embeddedTexts().count == 2 && isWaiting
        }
        #expect(try await vectors(harness) == MeaningJobHandler.batchSize)
        #expect(try await store.read { try $0.jobs() }.allSatisfy { $0.attempts == 0 }, "waiting is no failure")

        try await harness.reopen(ending: false)
        harness.clock.advance(seconds: 600)
        let again = harness.companion.store
        try await work(harness) { try await again.read { try $0.meaningState(of: "vectors-1").count } == 150 }
        let texts = try await server.embeddedTexts()
        #expect(texts.map(\.count) == [64, 64, 64, 22])
        #expect(texts[1] == texts[2], "only what failed is asked again")
        #expect(Set(texts.joined()).count == 150)
    }

    @Test("in the cloud it counts as what is spent, and is not asked when nothing is left; at home it is free")
    func budget() async throws {
        let budget = DailyBudget(limits: .init(tokens: 3), zone: ConversationHarness.karachi)
        let harness = try ConversationHarness(budget: budget, meaning: try service(kind: .cloud))
        try await remember(harness)
        try await harness.say("hello")
        harness.clock.advance(seconds: 60)
        try await perform(harness)
        func spent() async throws -> Int {
            let now = harness.clock.now()
            return try await harness.companion.store.read { try budget.spending($0, at: now).tokens }
        }
        #expect(try await spent() == 1, "as much as the server says")
        try await harness.say(question)
        #expect(try await spent() == 2)
        try await harness.say("is anybody afraid of small animals?")
        #expect(try await spent() == 3)
        let before = try await server.embeddedTexts().count
        try await harness.say("which small animals are the worst of all?")
        #expect(try await server.embeddedTexts().count == before)

        harness.meaning = try service()
        try await harness.reopen()
        try await harness.say("are there any animals that somebody would rather not meet?")
        #expect(try await server.embeddedTexts().count == before + 1)
        #expect(try await spent() == 3)
    }

    @Test("a job that is left from when a service was set up is done, and nothing is sent")
    func unset() async throws {
        let harness = try ConversationHarness(meaning: try service())
        try await remember(harness)
        try await harness.say("hello")
        harness.meaning = nil
        try await harness.reopen()
        harness.clock.advance(seconds: 60)
        try await perform(harness)
        #expect(try await harness.companion.store.read { try $0.jobs() }.allSatisfy { $0.kind != JobKind.meaning.rawValue })
        #expect(try await server.embeddedTexts().isEmpty)
    }
}
