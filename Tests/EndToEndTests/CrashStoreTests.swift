import Foundation
import Glibc
import LocalStore
import TestSupport
import Testing

/// What is left of a store when its writer is killed.
@Suite(.timeLimit(.minutes(30))) struct CrashStoreTests {
    @Test("killed at 200 random points, the store is whole and everything acknowledged is in it")
    func killedAtRandom() async throws {
        let seed = UInt64.random(in: .min ... .max)
        let lanes = 4
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<lanes {
                group.addTask { try await kill(200 / lanes, seed: seed &+ UInt64(lane)) }
            }
            try await group.waitForAll()
        }
    }

    /// Kills one writer after the other on one store: after some number of answers and a moment more.
    private func kill(_ times: Int, seed: UInt64) async throws {
        let site = try CrashSite()
        var random = SeededGenerator(seed: seed)
        for round in 0..<times {
            let writer = try ChildProcess(CrashSite.writer, site.writerArguments)
            let lines = (0..<8).map { "round \(round) line \($0)" }
            writer.write(lines.joined(separator: "\n") + "\n")
            _ = await writer.outputLines(atLeast: Int.random(in: 0...7, using: &random))
            // Up to the length of a few commits.
            spin(microseconds: Int.random(in: 0...4000, using: &random))
            writer.send(signal: SIGKILL)
            let ended = await writer.ended()
            let problems = try await site.problems(acknowledged: ended.output.wholeLines)
            #expect(problems.isEmpty, "seed \(seed), round \(round), after \(ended.output.wholeLines.count) answers")
            guard problems.isEmpty else { return }
        }
    }

    static let strace = "/usr/bin/strace"

    /// Whether strace is there and may trace.
    static let canTrace: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: strace)
        process.arguments = ["-o", "/dev/null", "/bin/true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(
        "killed inside the very call that writes or syncs, the store is whole and everything acknowledged is in it",
        .enabled(if: canTrace, "needs strace, and the right to trace"),
        arguments: [
            ("pwrite64", [1, 2, 3, 5, 9, 14, 22, 31, 45, 60, 80]), ("fdatasync", [1, 2, 4, 7]), ("ftruncate", [1, 2]),
            ("unlink", [1]),
        ])
    func killedInCall(call: String, moments: [Int]) async throws {
        let site = try CrashSite()
        for moment in moments {
            let lines = (0..<8).map { "\(call) \(moment) line \($0)" }
            let ended = try await traced(site, "\(call):signal=SIGKILL:when=\(moment)", lines)
            let problems = try await site.problems(acknowledged: ended.output.wholeLines)
            #expect(problems.isEmpty, "at \(call) number \(moment)")
        }
    }

    @Test(
        "a disk that refuses to write or to sync is never answered with a false yes",
        .enabled(if: canTrace, "needs strace, and the right to trace"),
        arguments: ["fdatasync:error=EIO:when=5+", "pwrite64:error=EIO:when=40+", "pwrite64:error=ENOSPC:when=40+"])
    func refusingDisk(fault: String) async throws {
        let site = try CrashSite()
        let lines = (0..<30).map { "\(fault) line \($0)" }
        let ended = try await traced(site, fault, lines)
        #expect(ended.output.wholeLines.count < lines.count)
        #expect(ended.status != 0)
        #expect(try await site.problems(acknowledged: ended.output.wholeLines).isEmpty)
    }

    private func traced(_ site: CrashSite, _ injection: String, _ lines: [String]) async throws -> ChildProcess.Ended {
        let call = injection.prefix { $0 != ":" }
        return try await ChildProcess.run(
            URL(filePath: Self.strace),
            ["-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(injection)", CrashSite.writer.path]
                + site.writerArguments, input: lines.joined(separator: "\n") + "\n")
    }
}

extension String {
    /// Its lines, without one at the end that was cut.
    fileprivate var wholeLines: [String] {
        split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
