import Foundation
import LocalStore
import Logging
import Networking
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

/// Real servers that misbehave, and who answers then.
@Suite(.timeLimit(.minutes(5))) struct LanguageLadderTests {
    /// What was said, as it was.
    private final class Heard: Sendable {
        private let pieces = Mutex<[String]>([])
        private let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)

        var text: String { pieces.withLock { $0.joined() } }

        func add(_ piece: String) {
            pieces.withLock { $0.append(piece) }
            arrival.yield()
        }

        /// Waits for the first words.
        func anything() async {
            for await _ in arrivals { return }
        }
    }

    /// A network that the test takes away.
    private final class Cable: NetworkWatching {
        private let state = Mutex<(isOnline: Bool, readers: [AsyncStream<Bool>.Continuation])>((true, []))

        var isOnline: Bool { state.withLock { $0.isOnline } }

        func levels() -> AsyncStream<Bool> {
            AsyncStream { reader in
                reader.yield(
                    state.withLock { state in
                        state.readers.append(reader)
                        return state.isOnline
                    })
            }
        }

        func pull() {
            let readers = state.withLock { state in
                state.isOnline = false
                return state.readers
            }
            for reader in readers { reader.yield(false) }
        }
    }

    private func rung(_ server: ScriptedModels, _ kind: LadderRung.Kind, network: any NetworkWatching = AlwaysOnline()) throws
        -> LadderRung
    {
        let address = try #require(URL(string: server.address))
        let model = OpenAIChatModel(
            server: ModelServer(address: address, key: nil, model: "scripted-1"), transport: try CurlTransport())
        return LadderRung(kind: kind, network: network) { model }
    }

    private func ladder(_ rungs: LadderRung..., tune: (inout LadderTuning) -> Void = { _ in }) -> LanguageLadder {
        var tuning = LadderTuning()
        // A busy machine is no late server.
        tuning.cloudPatience = .seconds(60)
        tuning.serverPatience = .seconds(60)
        tuning.stall = .seconds(60)
        tuning.total = .seconds(200)
        tune(&tuning)
        return LanguageLadder(rungs: rungs, tuning: tuning, logger: Logger(label: "test"))
    }

    private func ask(_ ladder: LanguageLadder, tools: (any ToolRunning)? = nil, _ heard: Heard = Heard()) async -> (
        LadderAnswer, said: String
    ) {
        let plan = await ladder.plan()
        let answer = await ladder.answer(in: .english, plan: plan, tools: tools) {
            heard.add($0)
        } question: { _ in
            ChatRequest(messages: [.system("Be kind."), .user("Hello there")])
        }
        return (answer, heard.text)
    }

    @Test("the first rung answers, word by word, and the connection is kept")
    func plain() async throws {
        let cloud = try await ScriptedModels()
        let ladder = try ladder(rung(cloud, .cloud))
        for _ in 0..<5 {
            let (answer, said) = await ask(ladder)
            #expect(said == "The model heard you say this: Hello there It will think about that.")
            #expect(answer.text == said && answer.end == .complete)
            #expect(answer.uses.map(\.outcome) == [.answered])
            #expect(answer.uses.first?.usage?.answer ?? 0 > 0)
        }
        #expect(try await cloud.connections() == 1)
        #expect(ladder.metrics.answered == 5)
    }

    @Test(
        "a cloud without first words is overtaken by the server nearby",
        arguments: ["slow", "empty", "silent", "wrong-script", "endless-whole", "unauthorized", "forbidden", "trouble"])
    func overtaken(fault: String) async throws {
        let (cloud, server) = (try await ScriptedModels(), try await ScriptedModels())
        try await cloud.always(fault: fault)
        try await server.always(answer: "I am here for you.")
        let (answer, said) = await ask(
            try ladder(rung(cloud, .cloud), rung(server, .server)) {
                if fault == "slow" { $0.cloudPatience = .milliseconds(300) }
            })
        #expect(said == "I am here for you.")
        #expect(answer.end == .complete)
        #expect(answer.uses.map(\.rung) == ["cloud", "local server"])
        #expect(answer.uses.last?.outcome == .answered)
        #expect([RungUse.Outcome.late, .failed].contains(answer.uses.first?.outcome))
    }

    @Test("what the cloud broke off is gone on with, and nothing is said twice", arguments: ["stall", "cut", "bad-json"])
    func handedOver(fault: String) async throws {
        let (cloud, server) = (try await ScriptedModels(), try await ScriptedModels())
        let whole = "Tea is best when the water has just boiled and the leaves are fresh."
        try await cloud.next(faults: [fault], answers: [.string(whole)])
        // A model that begins anew although it was told not to.
        try await server.always(answer: whole)
        let (answer, said) = await ask(
            try ladder(rung(cloud, .cloud), rung(server, .server)) { if fault == "stall" { $0.stall = .seconds(1) } })
        #expect(said == whole)
        #expect(answer.uses.map(\.outcome) == [.broke, .answered])
        let told = try #require(try await server.asked().first)
        #expect(told.messages.map(\.role).suffix(2) == ["assistant", "user"])
        #expect(whole.hasPrefix(told.messages.dropLast().last?.text ?? "?"))
    }

    @Test("with nobody left the floor is asked for, and told what was said")
    func floor() async throws {
        let cloud = try await ScriptedModels()
        try await cloud.next(faults: ["cut"], answers: ["one two three four five six seven eight nine ten eleven twelve"])
        let ladder = try ladder(rung(cloud, .cloud))
        let (answer, said) = await ask(ladder)
        #expect(answer.end == .floor && answer.text == said && !said.isEmpty)
        #expect("one two three four five six seven eight nine ten eleven twelve".hasPrefix(said))
    }

    @Test("without a network the cloud is not even tried; when it goes, nobody waits for time-outs")
    func offline() async throws {
        let cloud = try await ScriptedModels()
        try await cloud.always(fault: "slow")
        let cable = Cable()
        let ladder = try ladder(rung(cloud, .cloud, network: cable)) {
            $0.cloudPatience = .seconds(600); $0.total = .seconds(900)
        }
        async let asking = ask(ladder)
        try await cloud.waitUntilAsked()
        cable.pull()
        #expect(await asking.0.end == .floor)
        let plan = await ladder.plan()
        #expect(plan.isEmpty && plan.skipped.map(\.why) == ["no network"])
        #expect(try await cloud.asked().count == 1)
    }

    @Test("a server that was in trouble three times rests, and a key that is refused is not sent again")
    func resting() async throws {
        let cloud = try await ScriptedModels()
        try await cloud.always(fault: "trouble")
        let ladder = try ladder(rung(cloud, .cloud))
        for _ in 0..<3 { _ = await ask(ladder) }
        #expect(await ladder.plan().skipped.map(\.why) == ["rests after: server in trouble (500)"])
        #expect(try await cloud.asked().count == 3)
        let other = try await ScriptedModels()
        try await other.always(fault: "unauthorized")
        let refused = try self.ladder(rung(other, .cloud))
        _ = await ask(refused)
        #expect(await refused.plan().isEmpty)
    }

    @Test("an answer that does not end is ended, and the request with it")
    func endless() async throws {
        let cloud = try await ScriptedModels()
        try await cloud.always(fault: "endless")
        let (answer, said) = await ask(try ladder(rung(cloud, .cloud)))
        #expect(answer.end == .cut)
        #expect(said.count < 1_800 && said.count > 1_000)
    }

    @Test("whoever stops listening keeps what was said")
    func interrupted() async throws {
        let cloud = try await ScriptedModels()
        try await cloud.next(faults: ["stall"], answers: ["one two three four five six seven eight nine ten eleven twelve"])
        let ladder = try ladder(rung(cloud, .cloud)) {
            $0.stall = .seconds(600); $0.total = .seconds(900)
        }
        let heard = Heard()
        let asking = Task { await ask(ladder, heard) }
        await heard.anything()
        asking.cancel()
        let (answer, said) = await asking.value
        #expect(answer.end == .interrupted && answer.text == said)
        #expect(answer.uses.map(\.why) == ["interrupted"])
    }

    /// Answers every call with its name.
    private struct Echo: ToolRunning {
        func results(of calls: [ToolCall]) async -> [String] { calls.map { #"{"called":"\#($0.name)"}"# } }
    }

    @Test("tools are used and the model is told what came of it; it cannot go on for ever")
    func tools() async throws {
        let cloud = try await ScriptedModels()
        try await cloud.next(answers: [
            ["calls": [["name": "getUserState", "arguments": "{}"]]], "You are well known to me.",
        ])
        let (answer, said) = await ask(try ladder(rung(cloud, .cloud)), tools: Echo())
        #expect(said == "You are well known to me." && answer.end == .complete)
        let second = try #require(try await cloud.asked().last)
        #expect(second.messages.suffix(2).map(\.role) == ["assistant", "tool"])
        #expect(second.messages.last?.text == #"{"called":"getUserState"}"#)
        try await cloud.next(answers: Array(repeating: ["calls": [["name": "getUserState", "arguments": "{}"]]], count: 4))
        let (endless, _) = await ask(try ladder(rung(cloud, .cloud)), tools: Echo())
        #expect(endless.end == .floor)
    }
}
