import ArgumentParser
import Foundation
import LocalStore

/// What a durable memory costs: one at a time against SQLite's own insert and commit, and many at a time against one
/// commit a write. The compared ways take turns, so that all see the same disk.
struct WriteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writes", abstract: "Time of a durable memory write, and throughput of concurrent ones.")

    @Option(help: "Writes of each kind.")
    var writes = 500

    @Option(help: "Concurrent writers.")
    var writers = 16

    func run() async throws {
        try await withScratchStore { store, directory in
            let plain = try RawDatabase(path: directory.appendingPathComponent("plain.sqlite").path)
            try plain.execute(Self.plainTable)
            let sameFile = directory.appendingPathComponent("same.sqlite")
            let other = try PersonStore.open(sameFile, userID: store.userID)
            _ = try await other.write { try $0.ensureProfile() }
            try other.close()
            _ = try await store.write { try $0.ensureProfile() }
            let same = try RawDatabase(path: sameFile.path)
            let user = store.userID.text
            let insertPlain = try committing(plain)
            let insertSame = try committing(same)
            var (plainTimes, sameTimes, ours): ([Double], [Double], [Double]) = ([], [], [])
            for number in 0..<writes {
                let value = "the person likes biryani and talks about کرکٹ number \(number)"
                plainTimes.append(try time { try insertPlain([user, "FACT", "key_\(number)", value]) })
                sameTimes.append(try time { try insertSame([user, "FACT", "key_\(number)", value]) })
                let start = ContinuousClock.now
                try await save(store, "key_\(number)", value)
                ours.append((ContinuousClock.now - start) / .milliseconds(1))
            }
            let (bare, schema, own) = (Distribution(plainTimes), Distribution(sameTimes), Distribution(ours))
            print("C API, the bare row:            \(bare.summary)")
            print("C API, same tables and triggers: \(schema.summary)")
            print("memory write (indexed as well):  \(own.summary)")
            print(
                "p50 ratio: \(ratio(own.median, schema.median)) of the same insert, \(ratio(own.median, bare.median)) of the bare row"
            )
            try await concurrent(store, single: 1000 / own.median, raw: 1000 / schema.median)
        }
    }

    private func concurrent(_ store: PersonStore, single: Double, raw: Double) async throws {
        let each = max(writes / writers, 1) * 4
        let before = store.writeStatistics
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for number in 0..<each { try await save(store, "writer_\(writer)_\(number)", "value \(number) of چائے") }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = Double(each * writers) / seconds
        let commits = store.writeStatistics.commits - before.commits
        print("\(writers) writers: \(format(rate)) writes/s in \(commits) commits for \(each * writers) writes")
        print("throughput ratio: \(ratio(rate, single)) of our one commit a write, \(ratio(rate, raw)) of the C API's")
    }

    private func committing(_ database: RawDatabase) throws -> ([String]) throws -> Void {
        let begin = try database.statement("BEGIN IMMEDIATE")
        let insert = try database.statement("INSERT INTO memory (user_id, category, key, value) VALUES (?, ?, ?, ?)")
        let commit = try database.statement("COMMIT")
        return { arguments in
            try begin([])
            try insert(arguments)
            try commit([])
        }
    }

    private func time(_ body: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(body) / .milliseconds(1)
    }

    private func ratio(_ left: Double, _ right: Double) -> String { String(format: "%.2f", left / right) }

    private static let plainTable = """
        CREATE TABLE memory (
            id INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL, category TEXT NOT NULL, key TEXT NOT NULL,
            value TEXT NOT NULL, created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), UNIQUE (user_id, category, key))
        """
}

private func save(_ store: PersonStore, _ key: String, _ value: String) async throws {
    _ = try await store.write { transaction in
        try transaction.saveMemory(
            category: .fact, key: MemoryKey(validating: key), value: value, provenance: Provenance(source: .said))
    }
}
