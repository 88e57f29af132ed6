import Foundation
import LocalStore
import Logging
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// Against llama.cpp's server with a real model, as people have it at home. Slow, and what it says is anybody's guess.
@Suite(.timeLimit(.minutes(10))) struct LocalModelTests {
    /// Reading the model takes seconds, and it remembers nothing of anybody.
    private static let starting = Task { try await LocalModelServer() }

    private let home: LocalModelServer

    init() async throws {
        home = try await Self.starting.value
    }

    private func server(_ model: String = LocalModelServer.model) throws -> ModelServer {
        ModelServer(
            address: try #require(URL(string: home.address)), key: nil, model: model,
            modelSetting: ConfigurationKey.localModel.name)
    }

    private func ask(_ request: ChatRequest) async throws -> (words: [String], end: ChatEnd) {
        var words: [String] = []
        var end: ChatEnd?
        for try await event in OpenAIChatModel(server: try server(), transport: ConnectionPool()).answer(request) {
            switch event {
            case .text(let piece): words.append(piece)
            case .call(let call): Issue.record("nothing could be called: \(call)")
            case .finished(let reached): end = reached
            }
        }
        return (words, try #require(end))
    }

    @Test("an answer comes in pieces, ends where it was told to, and its cost is counted by the server")
    func streaming() async throws {
        let request = ChatRequest(messages: [.system("You are kind."), .user("Tell me a long story.")], answerTokens: 12)
        let (words, end) = try await ask(request)
        #expect(words.count > 3)
        #expect(end.reason == .length)
        let usage = try #require(end.usage)
        #expect(usage.answer == 12 && usage.prompt > 10 && !usage.isEstimated, "\(usage)")
        // What it has read before is not read again.
        #expect(try await ask(request).end.usage?.cached ?? 0 > 0)
    }

    @Test("an answer keeps to a JSON schema")
    func schema() async throws {
        let schema: JSONValue = [
            "type": "object", "additionalProperties": false, "required": ["mood", "count"],
            "properties": ["mood": ["enum": ["glad", "sad"]], "count": ["type": "integer", "minimum": 0, "maximum": 9]],
        ]
        let (words, end) = try await ask(
            ChatRequest(
                messages: [.user("I laughed three times today. Describe my day.")], answerTokens: 60,
                schema: ChatRequest.AnswerSchema(name: "day", schema: schema)))
        #expect(end.reason == .stop)
        let answer = try #require(try JSONValue(parsing: words.joined()).objectValue)
        #expect(Set(answer.keys) == ["mood", "count"])
        #expect(["glad", "sad"].contains(answer["mood"]?.stringValue ?? ""))
        #expect((0...9).contains(answer["count"]?.intValue ?? -1))
    }

    @Test("vectors come for many texts in one request, each its own")
    func embeddings() async throws {
        let service = OpenAIEmbedding(server: try server(), transport: ConnectionPool(), within: .seconds(120))
        let texts = ["my sister lives in Lahore", "باغ میں بہت بھیڑ تھی", "twelve times twelve"]
        let together = try await service.vectors(of: texts)
        try #require(together.map(\.count) == [576, 576, 576])
        for (text, vector) in zip(texts, together) {
            let alone = try #require(try await service.vectors(of: [text]).first)
            let likeness = together.map { Self.cosine(alone, $0) }
            // Batches are calculated in another order, which shows in numbers as coarse as these.
            #expect(Self.cosine(alone, vector) > 0.98 && likeness.max() == Self.cosine(alone, vector), "\(text): \(likeness)")
        }
    }

    @Test("a model that it does not have, and more than it can take in, are named as that")
    func refusals() async throws {
        let unknown = OpenAIChatModel(server: try server("nothing"), transport: ConnectionPool())
        await #expect(throws: LanguageModelError.unknownModel("nothing", setting: "COMPANION_LOCAL_MODEL")) {
            try await unknown.check(within: .seconds(60))
        }
        try await OpenAIChatModel(server: try server(), transport: ConnectionPool()).check(within: .seconds(60))
        await #expect(throws: LanguageModelError.contextTooLong) {
            _ = try await ask(ChatRequest(messages: [.user(String(repeating: "word ", count: 6000))]))
        }
    }

    @Test("thirty turns with a failing cloud: each is answered, nothing said is lost, and each rung and reason is known")
    func thirtyTurns() async throws {
        let cloud = try await ScriptedModels()
        let deal = Self.deal(seed: 5)
        try await cloud.next(faults: deal)
        let harness = try ConversationHarness(ladder: try ladder(cloud))
        var answers: [String] = []
        var routes: [[RungUse]] = []
        for step in ThirtyTurns.script {
            answers.append(try await harness.say(step.say))
            let why = try await harness.session.why()
            #expect(!why.reply.isEmpty && why.reply == answers.last && why.utterance == step.say)
            // Each rung that did not answer says why, and there is always one that did.
            #expect(why.route.last?.outcome == .answered, "\(step.say): \(why.route)")
            #expect(why.route.allSatisfy { $0.outcome == .answered || $0.why != nil }, "\(step.say): \(why.route)")
            #expect(why.route.allSatisfy { $0.rung == RungUse.floor || $0.model != nil }, "\(step.say): \(why.route)")
            routes.append(why.route)
        }
        // What was said, by both, is there once and in order.
        let messages = try await harness.companion.store.read { view in
            try view.conversations(limit: 1).flatMap { try view.messages(conversation: $0.id) }
        }
        #expect(messages.filter { $0.role == .user }.map(\.text) == ThirtyTurns.script.map(\.say))
        #expect(messages.filter { $0.role == .assistant }.map(\.text) == answers)
        let memories = try await harness.memories()
        for step in ThirtyTurns.script {
            guard let slot = step.slot else { continue }
            #expect(memories[slot] != nil && (step.value == nil || memories[slot] == step.value), "\(slot): \(memories)")
        }
        // Every kind of trouble came, and every rung had something to say.
        let uses = routes.flatMap(\.self)
        #expect(try await Set(cloud.asked().compactMap(\.fault)) == Set(deal.compactMap(\.self)))
        for rung in [LadderRung.Kind.cloud.rawValue, LadderRung.Kind.server.rawValue, RungUse.floor] {
            #expect(uses.contains { $0.rung == rung && $0.outcome == .answered }, "\(rung): \(uses)")
        }
        #expect(uses.contains { $0.outcome == .skipped && $0.why == "rests after: no key" })
        let nearby = uses.filter { $0.model == LocalModelServer.model }
        #expect(
            nearby.allSatisfy { $0.rung == LadderRung.Kind.server.rawValue } && nearby.contains { $0.usage?.prompt ?? 0 > 100 })
    }

    /// The cloud's model, and the real one as the companion finds it.
    private func ladder(_ cloud: ScriptedModels) throws -> LanguageLadder {
        let scripted = OpenAIChatModel(
            server: ModelServer(address: try #require(URL(string: cloud.address)), key: nil, model: "scripted-1"),
            transport: ConnectionPool())
        let finder = ModelServerFinder(
            addresses: [try #require(URL(string: home.address))], wanted: nil, modelSetting: ConfigurationKey.localModel.name,
            transport: ConnectionPool())
        var tuning = LadderTuning()
        // A small model on a busy machine is slow, and talks on and on.
        tuning.serverPatience = .seconds(60)
        tuning.total = .seconds(90)
        (tuning.enoughCharacters, tuning.mostCharacters) = (40, 90)
        return LanguageLadder(
            rungs: [
                LadderRung(kind: .cloud) { scripted },
                LadderRung(kind: .server, prepare: { await finder.beginLooking() }) { await finder.model() },
            ], tuning: tuning, logger: Logger(label: "test"))
    }

    /// Troubles in an order of chance, and an answer after each, because a server with three in a row is left alone for half a minute;
    /// after the last one the key is not accepted any more, which is for longer than this conversation.
    private static func deal(seed: UInt64) -> [String?] {
        var generator = SeededGenerator(seed: seed)
        let troubles = ["slow", "stall", "cut", "trouble", "bad-call", "wrong-type", "empty", "bad-json", "busy"]
            .shuffled(using: &generator)
        var deal: [String?] = []
        for trouble in troubles { deal += [trouble, nil] }
        return deal + ["unauthorized"]
    }

    private static func cosine(_ left: [Float], _ right: [Float]) -> Float {
        func length(_ vector: [Float]) -> Float { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        return zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } / (length(left) * length(right))
    }
}
