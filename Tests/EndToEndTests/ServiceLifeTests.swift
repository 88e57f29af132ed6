import Foundation
import TestSupport
import Testing

/// The daemon as systemd sees it.
@Suite(.timeLimit(.minutes(20))) struct ServiceLifeTests {
    @Test("ready, alive, stopping: systemd is told in this order, by path and by abstract name", arguments: [true, false])
    func notify(abstract: Bool) async throws {
        let home = try Home()
        let name = abstract ? "@companion-edge-\(UUID().uuidString)" : home.folder.file("notify").path
        let listener = try DatagramListener(path: name)
        let daemon = try home.start("run", environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "150000"])
        listener.follow(daemon)
        #expect(try await listener.next().hasPrefix("READY=1\n"))
        let status = try await home.command("status", "--json")
        #expect(status.output.contains("\"process_id\" : \(daemon.id)"), "it serves when it says so")
        #expect(try await listener.next().hasPrefix("WATCHDOG=1"))
        daemon.send(signal: SIGTERM)
        var last = ""
        repeat { last = try await listener.next() } while last.hasPrefix("WATCHDOG=1")
        #expect(last.hasPrefix("STOPPING=1"))
        #expect(await daemon.ended().status == 0)
    }

    @Test("a stopped store holds the sign of life back")
    func stuckStore() async throws {
        let home = try Home()
        let added = try await home.command("users", "add", "Amina")
        let user = try #require(added.output.firstMatch(of: /[0-9a-f-]{36}/))
        let listener = try DatagramListener(path: home.folder.file("notify").path)
        let daemon = try home.start(
            "run", environment: ["NOTIFY_SOCKET": home.folder.file("notify").path, "WATCHDOG_USEC": "150000"])
        listener.follow(daemon)
        #expect(try await listener.next().hasPrefix("READY=1\n"))
        #expect(try await listener.next().hasPrefix("WATCHDOG=1"))
        // A shell that holds the write lock: our writer cannot answer.
        let shell = try ChildProcess(
            URL(filePath: "/usr/bin/sqlite3"), [home.data.appending(path: "people/\(user.output).sqlite").path])
        shell.write("BEGIN IMMEDIATE; SELECT 'held';\n")
        _ = await shell.outputLines(atLeast: 1)
        #expect(await daemon.errors(contain: "no sign of life"))
        shell.closeInput()
        _ = await shell.ended()
        daemon.send(signal: SIGTERM)
        #expect(await daemon.ended().status == 0)
    }

    @Test("a socket that systemd holds reaches the daemon, which starts with the first command")
    func socketActivation() async throws {
        let home = try Home()
        let socket = home.folder.file("activated.sock")
        let manager = try ChildProcess(
            URL(filePath: "/usr/bin/systemd-socket-activate"),
            ["--listen=\(socket.path)"] + home.environment.map { "--setenv=\($0)=\($1)" } + [ChildProcess.companion.path, "run"])
        #expect(await manager.errors(contain: "Listening"))
        // A client whose own data directory leads to that socket.
        let client = try Home()
        try FileManager.default.createDirectory(at: client.data, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(at: client.data.appending(path: "control.sock"), withDestinationURL: socket)
        let status = try await client.command("status")
        #expect(status.status == 0, "\(status.errors)")
        #expect(status.output.contains(home.data.path))
        #expect(await manager.errors(contain: "ready"))
        manager.send(signal: SIGTERM)
        #expect(await manager.ended().status == 0)
        #expect(FileManager.default.fileExists(atPath: socket.path), "that socket is systemd's")
        #expect(!FileManager.default.fileExists(atPath: home.data.appending(path: "control.sock").path))
    }

    @Test("a setting that is wrong ends in 78, which systemd does not try again")
    func badConfiguration() async throws {
        let home = try Home()
        let daemon = try home.start("run", environment: ["COMPANION_LOG_LEVEL": "loud"])
        let ended = await daemon.ended()
        #expect(ended.status == 78)
        #expect(ended.errors.contains("COMPANION_LOG_LEVEL"))
    }

    @Test("a data directory that cannot be a socket's home ends in 78 and says what to do")
    func longPath() async throws {
        let home = try Home()
        let long = home.folder.file(String(repeating: "x", count: 120)).path
        let ended = await (try home.start("run", environment: ["COMPANION_DATA_DIR": long])).ended()
        #expect(ended.status == 78)
        #expect(ended.errors.contains("shorter"))
    }

    @Test("the first signal lets a command that was accepted finish, the second does not wait", arguments: [SIGTERM, SIGINT])
    func secondSignal(signal: Int32) async throws {
        let home = try Home()
        _ = try await home.command("users", "add", "Amina")
        let daemon = try await home.daemon(environment: ["COMPANION_LOG_LEVEL": "debug"])
        let slow = try home.start("onboard", "--json", "-")
        slow.write("{\n")
        // A connection alone is not enough: what the daemon has not read yet it need not finish.
        #expect(await daemon.errors(contain: "a command was accepted"))
        daemon.send(signal: signal)
        #expect(await daemon.errors(contain: "stopping"))
        daemon.send(signal: signal)
        let ended = await daemon.ended()
        #expect(ended.status == 128 + signal, "\(ended)")
        slow.closeInput()
        #expect(await slow.ended().status == 69)
    }

    @Test("a command that the daemon has accepted is finished before it stops")
    func finishesAccepted() async throws {
        let home = try Home()
        _ = try await home.command("users", "add", "Amina")
        let daemon = try await home.daemon(environment: ["COMPANION_LOG_LEVEL": "debug"])
        let slow = try home.start("onboard", "--json", "-")
        #expect(await daemon.errors(contain: "a command was accepted"))
        daemon.send(signal: SIGTERM)
        #expect(await daemon.errors(contain: "stopping"))
        slow.write(#"{"full_name": "Amina Khan", "occupation": "teacher"}"#)
        slow.closeInput()
        #expect(await slow.ended().status == 0)
        #expect(await daemon.ended().status == 0)
        let profile = try await home.command("profile", "show")
        #expect(profile.output.contains("Amina Khan"))
    }

    @Test("while nothing is due and nobody asks, no thread runs")
    func idle() async throws {
        let home = try Home()
        _ = try await home.command("users", "add", "Amina")
        _ = try await home.command("reminders", "add", "call Amma", "--at", "2036-12-01 09:15")
        try await home.withDaemon { daemon in
            _ = try await home.command("status")
            // Some other work in between, for a while that does not matter: an idle process is not scheduled at all.
            while try !isAsleep(daemon) { await Task.yield() }
            let other = try Home()
            // On a loaded machine the last of the command's own work may still be waiting for a processor; what wakes up without
            // reason does so in every while.
            var fewest = Int.max
            for _ in 0..<20 where fewest > 5 {
                let before = try switches(of: daemon)
                for _ in 0..<5 { _ = try await other.command("version") }
                fewest = min(fewest, try switches(of: daemon) - before)
            }
            #expect(fewest <= 5, "woken up without reason")
        }
    }

    /// How often the kernel switched to any of its threads.
    private func switches(of process: ChildProcess) throws -> Int {
        let tasks = "/proc/\(process.id)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).reduce(0) { sum, thread in
            let status = try String(contentsOfFile: "\(tasks)/\(thread)/status", encoding: .utf8)
            let count = status.firstMatch(of: /\nvoluntary_ctxt_switches:\s+([0-9]+)/)
            return sum + (count.flatMap { Int($0.1) } ?? 0)
        }
    }

    private func isAsleep(_ process: ChildProcess) throws -> Bool {
        let tasks = "/proc/\(process.id)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { thread in
            try String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8).contains(") S ")
        }
    }
}
