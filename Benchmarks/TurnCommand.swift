import ArgumentParser
import CompanionServices
import Foundation
import LocalStore
import Logging

/// A whole turn of the embedded brain: understanding, retrieval, answer, and all of it durable.
struct TurnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turn", abstract: "Time of a turn in a large store, from the words to the stored answer.")

    @Option(help: "Memories in the store.")
    var memories = 10_000

    @Option(help: "Messages in the store.")
    var messages = 50_000

    @Option(help: "Turns.")
    var turns = 400

    @Option(help: "Keep the generated store in this file, and use it again when it is there.")
    var store: String?

    func run() async throws {
        try await withLife(store, memories: memories, messages: messages) { store, _ in
            let loading = ContinuousClock.now
            let brain = try EmbeddedBrain.load()
            let zone = TimeZone(identifier: "Asia/Karachi") ?? .gmt
            let companion = try Companion(
                store: store, brain: brain, options: CompanionOptions(timeZone: zone),
                logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
            let session = companion.startConversation(channel: "terminal")
            _ = try await session.greet()
            print("brain loaded and greeting said: \(format((ContinuousClock.now - loading) / .milliseconds(1))) ms")
            // As the program does when nobody speaks.
            let tidying = ContinuousClock.now
            while try await store.tidySearchIndex() {}
            print("search index tidied in \(format((ContinuousClock.now - tidying) / .milliseconds(1))) ms")
            var life = SyntheticLife(seed: 9)
            var times: [Double] = []
            for number in 0..<turns + 1 {
                let text = number % 4 == 3 ? life.sentence().text : life.question()
                let start = ContinuousClock.now
                _ = try await session.reply(to: text)
                times.append((ContinuousClock.now - start) / .milliseconds(1))
                // What a turn leaves to do is done while the person thinks of the next.
                _ = try await companion.worker.runUntilIdle(within: .seconds(30))
                while try await store.tidySearchIndex() {}
            }
            print("first turn: \(format(times[0])) ms")
            print("turn: \(Distribution(times.dropFirst()).summary)")
        }
    }
}
