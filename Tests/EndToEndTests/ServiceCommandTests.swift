import Foundation
import TestSupport
import Testing

/// Commands while a daemon runs, against the same without one.
@Suite(.timeLimit(.minutes(20))) struct ServiceCommandTests {
    /// Commands that change nothing, so that each can be given twice.
    static let questions: [[String]] = [
        ["memory", "list"], ["memory", "list", "--json"], ["memory", "search", "sister"], ["memory", "search", "چائے", "--json"],
        ["memory", "history", "fact", "location"], ["memory", "export"], ["profile", "show"], ["history", "list"],
        ["users", "list"],
        ["reminders", "list"], ["reminders", "list", "--json"], ["memory", "list", "--user", "Nobody"],
        ["memory", "forget", "fact"],
        ["memory", "add", "nonsense", "key", "value"], ["memory", "add", "fact", "user_input_1", "value"],
        ["memory", "--help"],
    ]

    @Test("a command says the same to the byte with a daemon and without")
    func sameOutput() async throws {
        let home = try Home()
        for arguments in [
            ["users", "add", "Amina"], ["memory", "add", "fact", "location", "Karachi"],
            ["memory", "add", "fact", "location", "Quetta"],
            ["memory", "add", "relationship", "sister_name", "آمنہ"], ["memory", "add", "preference", "favorite_drink", "چائے"],
            ["reminders", "add", "call Amma", "--at", "2036-12-01 09:15"],
        ] {
            let done = try await home.command(arguments)
            #expect(done.status == 0, "\(arguments): \(done.errors)")
        }
        var alone: [ChildProcess.Ended] = []
        for arguments in Self.questions { alone.append(try await home.command(arguments)) }
        let served = try await home.withDaemon { _ in
            var served: [ChildProcess.Ended] = []
            for arguments in Self.questions { served.append(try await home.command(arguments)) }
            let status = try await home.command("status")
            #expect(status.output.contains("running since"))
            return served
        }
        for (arguments, (alone, served)) in zip(Self.questions, zip(alone, served)) {
            #expect(alone == served, "\(arguments.joined(separator: " "))")
        }
        #expect(alone[0].output.contains("Quetta"))
    }

    @Test("a daemon, two commands and a shell at once on one store: nothing is lost, doubled or damaged")
    func allAtOnce() async throws {
        let home = try Home()
        let added = try await home.command("users", "add", "Amina")
        let user = try #require(added.output.firstMatch(of: /[0-9a-f-]{36}/))
        let store = home.data.appending(path: "people/\(user.output).sqlite").path
        try await home.withDaemon { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in ["left", "right"] {
                    group.addTask {
                        for number in 0..<15 {
                            let done = try await home.command("memory", "add", "fact", "\(writer)_\(number)", "value \(number)")
                            #expect(done.status == 0, "\(done.errors)")
                        }
                    }
                }
                group.addTask {
                    var last = 0
                    for _ in 0..<15 {
                        let seen = try await ChildProcess.run(
                            URL(filePath: "/usr/bin/sqlite3"),
                            ["-readonly", store, "SELECT count(*) FROM memory; PRAGMA quick_check"])
                        let lines = seen.output.split(separator: "\n")
                        #expect(lines.last == "ok", "\(seen.errors)")
                        let count = Int(lines.first ?? "") ?? -1
                        #expect(count >= last)
                        last = count
                    }
                }
                try await group.waitForAll()
            }
            let second = try await home.command("run")
            #expect(second.status == 75)
            #expect(second.errors.contains("run"), "names what the holder does")
        }
        let list = try await home.command("memory", "list", "--json")
        let memories = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
        #expect(memories?.count == 30)
    }

    @Test("SIGTERM and SIGKILL under load: every memory that was acknowledged is there", arguments: [SIGTERM, SIGKILL])
    func endUnderLoad(signal: Int32) async throws {
        let home = try Home()
        _ = try await home.command("users", "add", "Amina")
        let daemon = try await home.daemon()
        let acknowledged = try await withThrowingTaskGroup(of: [String].self) { group in
            for writer in 0..<4 {
                group.addTask {
                    var keys: [String] = []
                    for number in 0..<12 {
                        let key = "writer_\(writer)_\(number)"
                        let done = try await home.command("memory", "add", "fact", key, "value")
                        if done.status == 0 { keys.append(key) }
                        // 69: the daemon went away in the middle. Afterwards commands work by themselves.
                        #expect([0, 69, 75].contains(done.status), "\(done.errors)")
                        if writer == 0, number == 4 { daemon.send(signal: signal) }
                    }
                    return keys
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let ended = await daemon.ended()
        #expect(ended.status == (signal == SIGTERM ? 0 : 128 + SIGKILL))
        #expect(acknowledged.count >= 40)
        let restarted = try await home.daemon()
        let list = try await home.command("memory", "list", "--json")
        restarted.send(signal: SIGTERM)
        #expect(await restarted.ended().status == 0)
        for key in acknowledged { #expect(list.output.contains("\"\(key)\"")) }
    }
}
