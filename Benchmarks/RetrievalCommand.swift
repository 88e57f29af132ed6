import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

/// How long finding takes in a store of some years.
struct RetrievalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrieval", abstract: "Time to retrieve in a large store, first question and the rest.")

    @Option(help: "Memories in the store.")
    var memories = 10_000

    @Option(help: "Messages in the store.")
    var messages = 50_000

    @Option(help: "Questions asked.")
    var questions = 500

    @Option(help: "Keep the generated store in this file, and use it again when it is there.")
    var store: String?

    func run() async throws {
        try await withLife(store, memories: memories, messages: messages) { store, clock in
            let lexicon = try ConceptLexicon.bundled()
            let retriever = Retriever(lexicon: lexicon)
            var life = SyntheticLife(seed: 7)
            let asked = (0..<questions + 1).map { _ in life.question() }
            var times: [Double] = []
            var found = 0
            for question in asked {
                let start = ContinuousClock.now
                let hits = try await store.read { view in
                    try retriever.search(RetrievalRequest(question, limit: 5), in: view, now: clock.now())
                }
                times.append((ContinuousClock.now - start) / .milliseconds(1))
                found += hits.isEmpty ? 0 : 1
            }
            print("store: \(memories) memories, \(messages) messages; \(found) of \(asked.count) questions found something")
            print("first question (loads \(memories) vectors): \(format(times[0])) ms")
            print("retrieval: \(Distribution(times.dropFirst()).summary)")
        }
    }
}

/// A generated store: in a scratch directory, or in a file that is kept.
func withLife<Value>(
    _ path: String?, memories: Int, messages: Int, _ body: (PersonStore, BenchClock) async throws -> Value
) async throws -> Value {
    guard let end = Timestamp(iso8601: "2026-11-23T12:00:00.000Z") else {
        throw ValidationError("The benchmark's own constants are not valid.")
    }
    let user = try SyntheticLife.person()
    let clock = BenchClock(end)
    guard let path else {
        return try await withScratchStore(clock: clock) { store, _ in
            try await SyntheticLife.live(in: store, clock: clock, end: end, memories: memories, messages: messages)
            return try await body(store, clock)
        }
    }
    let isNew = !FileManager.default.fileExists(atPath: path)
    let store = try PersonStore.open(URL(fileURLWithPath: path), userID: user, clock: clock)
    if isNew { try await SyntheticLife.live(in: store, clock: clock, end: end, memories: memories, messages: messages) }
    let value = try await body(store, clock)
    try store.close()
    return value
}
