import ArgumentParser
import CompanionServices
import Foundation
import LocalStore
import Logging
import Networking
import TestSupport

/// What models cost beside the models themselves, with the tests' scripted server on this machine in their place.
struct CloudCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloud",
        abstract: "Our share of a turn with a model, a stall, connections, the cache, and the transport beside httpx.")

    @Option(help: "Turns of the conversation.")
    var turns = 50

    @Option(help: "Answers that fall silent.")
    var stalls = 12

    @Option(help: "Requests of each comparison with httpx.")
    var requests = 4000

    func run() async throws {
        try await overhead()
        try await silence()
        try await cache()
        try await TransportComparison(requests: requests).run()
    }

    /// A conversation of a companion with nothing but this server above its own mind.
    private func withConversation(
        _ server: ScriptedModels, _ body: (ConversationSession, Companion) async throws -> Void
    ) async throws {
        guard let address = URL(string: server.address) else { throw ValidationError("The server has no address.") }
        try await withScratchStore { store, _ in
            let pool = ConnectionPool()
            let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
            let model = OpenAIChatModel(
                server: ModelServer(address: address, key: nil, model: "scripted-1"), transport: pool)
            let companion = try Companion(
                store: store, brain: try EmbeddedBrain.load(), options: CompanionOptions(timeZone: .gmt),
                ladder: LanguageLadder(rungs: [LadderRung(kind: .cloud) { model }], logger: logger), pool: pool, logger: logger)
            try await body(companion.startConversation(channel: "terminal"), companion)
        }
    }

    /// From the person's words to the first that can be shown, less what the server itself took to its first word.
    private func overhead() async throws {
        let server = try await ScriptedModels()
        var life = SyntheticLife(seed: 5)
        var times: [Double] = []
        try await withConversation(server) { session, companion in
            _ = try await session.greet()
            for _ in 0..<turns {
                let sentence = life.sentence()
                let isUrdu = sentence.language == "ur"
                let said = (isUrdu ? "آج میں نے یہ سوچا: " : "Today I thought about this: ") + sentence.text
                // An answer in another script than the person's is broken off, and a connection with it.
                try await server.always(
                    answer: isUrdu ? "یہ سن کر اچھا لگا کہ آپ نے مجھے یہ سب بتایا۔" : "How good that you told me all of this.")
                let before = try await server.firsts().count
                let first = FirstWords()
                let start = ContinuousClock.now
                _ = try await session.reply(to: said) { _ in first.note() }
                // Turns that the device answers by itself say nothing about models.
                if let took = try await server.firsts().dropFirst(before).first, let heard = first.moment {
                    times.append((heard - start) / .milliseconds(1) - took)
                }
                _ = try await companion.worker.runUntilIdle(within: .seconds(5))
            }
        }
        print("our share of a turn, to the first words: \(Distribution(times).summary) (aim 15 and 40)")
        print("connections of \(turns) turns: \(try await server.connections()) (aim 2)")
    }

    /// From a model's last word, when it falls silent, to the first of this device; and the same for one that does not begin.
    private func silence() async throws {
        for (fault, name) in [("stall", "in the middle of an answer"), ("slow", "before the first word")] {
            var gaps: [Double] = []
            for number in 0..<stalls {
                let server = try await ScriptedModels()
                try await server.always(fault: fault, answer: "I am so glad that you told me all of this today, my dear friend")
                try await withConversation(server) { session, _ in
                    let words = Gaps()
                    let start = ContinuousClock.now
                    _ = try await session.reply(to: "I went to the park today, number \(number)") { _ in words.note() }
                    gaps.append((fault == "slow" ? words.first(since: start) : words.longest) / .milliseconds(1))
                }
            }
            print("silence \(name), until this device speaks: \(Distribution(gaps).summary) (aim 1500)")
        }
    }

    private func cache() async throws {
        let cache = RedisCache(nil)
        let kind = CacheKind<String>.text("bench", timeToLive: .seconds(3600))
        for number in 0..<1500 { cache.put("value \(number)", for: "user:x:\(number)", as: kind) }
        let keys = (0..<1500).map { "user:x:\($0)" }
        var found = 0
        let start = ContinuousClock.now
        for _ in 0..<200 {
            for key in keys where await cache.get(key, as: kind) != nil { found += 1 }
        }
        let time = (ContinuousClock.now - start) / .microseconds(1) / Double(found)
        print("a value in memory among 1,500: \(format(time)) µs (aim 5)")
    }
}
