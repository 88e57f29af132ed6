import Foundation
import Glibc
import LocalStore
import TestSupport
import Testing

/// What is left of a conversation when the program is killed in the middle of it.
@Suite(.timeLimit(.minutes(30))) struct CrashChatTests {
    @Test("a conversation killed at random keeps everything that was answered, and the next one goes on from there")
    func killedInConversation() async throws {
        let seed = UInt64.random(in: .min ... .max)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<2 {
                group.addTask { try await kill(12, seed: seed &+ UInt64(lane)) }
            }
            try await group.waitForAll()
        }
    }

    private func kill(_ times: Int, seed: UInt64) async throws {
        let site = try CrashSite()
        let environment = [
            "COMPANION_DATA_DIR": site.directory.root.path, "COMPANION_MODEL_SERVER": "off", "HOME": site.temporary.url.path,
            "TZ": "Asia/Karachi",
            "LC_ALL": "C.UTF-8",
        ]
        var random = SeededGenerator(seed: seed)
        _ = try await ChildProcess.run(
            ChildProcess.companion, ["chat", "--user", site.userID.text], input: "salam\n", environment: environment)
        var said = ["salam"]
        for round in 0..<times {
            let chat = try ChildProcess(ChildProcess.companion, ["chat", "--user", site.userID.text], environment: environment)
            let lines = (0..<8).map { "Remember that box \(seed % 1000) \(round) \($0) holds lamps" }
            chat.write(lines.joined(separator: "\n") + "\n")
            _ = await chat.outputLines(atLeast: Int.random(in: 0...7, using: &random))
            spin(microseconds: Int.random(in: 0...20_000, using: &random))
            chat.send(signal: SIGKILL)
            let answers = await chat.ended().output.count { $0 == "\n" }
            said += lines.prefix(answers)
            let problems = try await site.problems(said: said)
            #expect(problems.isEmpty, "seed \(seed), round \(round), after \(answers) answers")
            guard problems.isEmpty else { return }
        }
        #expect(said.count > times, "nothing was ever answered")
    }
}

extension CrashSite {
    /// Looks at all of the store, and says what is wrong and which utterances are missing, or were stored twice, or have no answer.
    func problems(said: [String]) async throws -> [String] {
        let whole = try await problems(acknowledged: [])
        return try await whole
            + reading { view in
                let messages = try view.messages(from: Timestamp(milliseconds: 0), to: .distantFuture)
                let spoken = messages.filter { $0.role == .user }.map(\.text)
                var found = said.filter { line in spoken.count { $0 == line } != 1 }.map { "'\($0)' is not there once" }
                if messages.last?.role == .user { found.append("the last utterance was stored without its answer") }
                return found
            }
    }
}
