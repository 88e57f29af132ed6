import CompanionServices
import TestSupport

/// A conversation of the program with a synthetic person, of which the test sees what the turn engine saw and decided.
protocol WitnessedConversation: Sendable {
    var program: ChildProcess { get }
    /// Reads the engine's log.
    var log: ChildProcess { get }

    /// The person says something; returns when it was said.
    func say(_ text: String) async throws
}

extension WitnessedConversation {
    var turns: TurnLog { get throws { try TurnLog(lines: log.outputSoFar) } }

    /// Waits until the engine's decisions so far are enough.
    func until(_ isEnough: @escaping @Sendable (TurnLog) -> Bool) async throws {
        let happened = await log.output { text in
            guard let log = try? TurnLog(lines: text) else { return false }
            return isEnough(log)
        }
        guard happened else { throw PeerError(description: "it ended: \(program.outputSoFar)\n\(program.errorsSoFar)") }
    }

    /// Says something and waits until the answer was heard. What got no answer is said again, as a person would.
    func turn(_ text: String) async throws {
        for _ in 0..<3 {
            let before = try turns.entries.count
            try await say(text)
            try await until {
                SpokenConversation.hasAnswered($0, after: before) || SpokenConversation.wasInVain($0, after: before)
            }
            if SpokenConversation.hasAnswered(try turns, after: before) { return }
        }
        throw PeerError(description: "'\(text)' got no answer: \(program.outputSoFar)\(program.errorsSoFar)")
    }
}
