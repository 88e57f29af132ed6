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
            let allFile = directory.appendingPathComponent("all.sqlite")
            try FileManager.default.copyItem(at: sameFile, to: allFile)
            let same = try RawDatabase(path: sameFile.path)
            let all = try RawDatabase(path: allFile.path)
            let user = store.userID.text
            let insertPlain = try plain.transaction([Self.memory])
            let insertSame = try same.transaction([Self.memory])
            let insertAll = try all.transaction([Self.memory] + Self.rest)
            var (plainTimes, sameTimes, allTimes, ours): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
            for number in 0..<writes {
                let value = "the person likes biryani and talks about کرکٹ number \(number)"
                let row = [user, "FACT", "key_\(number)", value]
                let terms = TextNormalizer.indexTerms(value).joined(separator: " ")
                plainTimes.append(try time { try insertPlain([row]) })
                sameTimes.append(try time { try insertSame([row]) })
                allTimes.append(try time { try insertAll([row, [], [], [], [terms], []]) })
                let start = ContinuousClock.now
                try await save(store, "key_\(number)", value)
                ours.append((ContinuousClock.now - start) / .milliseconds(1))
            }
            let (bare, schema) = (Distribution(plainTimes), Distribution(sameTimes))
            let (whole, own) = (Distribution(allTimes), Distribution(ours))
            print("C API, the bare row:               \(bare.summary)")
            print("C API, same insert and triggers:   \(schema.summary)")
            print("C API, same rows, ready to insert: \(whole.summary)")
            print("memory write:                      \(own.summary)")
            print(
                "p50 ratio: \(ratio(own.median, schema.median)) of the same insert, \(ratio(own.median, whole.median)) of the same rows, "
                    + "\(ratio(own.median, bare.median)) of the bare row")
            try await concurrent(store)
        }
    }

    /// The same writers twice: each write with a commit of its own, then sharing commits as they do in the program.
    private func concurrent(_ store: PersonStore) async throws {
        let each = max(writes / writers, 1) * 4
        let gate = Gate()
        let before = store.writeStatistics
        let alone = try await throughput(each) { writer, number in
            await gate.enter()
            defer { gate.leave() }
            try await save(store, "alone_\(writer)_\(number)", "value \(number) of چائے")
        }
        let between = store.writeStatistics
        let shared = try await throughput(each) { writer, number in
            try await save(store, "writer_\(writer)_\(number)", "value \(number) of چائے")
        }
        let after = store.writeStatistics
        print("\(writers) writers, one commit a write: \(format(alone)) writes/s in \(between.commits - before.commits) commits")
        print("\(writers) writers, sharing commits:    \(format(shared)) writes/s in \(after.commits - between.commits) commits")
        print("throughput ratio: \(ratio(shared, alone))")
    }

    /// Writes a second.
    private func throughput(_ each: Int, _ write: @escaping @Sendable (Int, Int) async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for number in 0..<each { try await write(writer, number) }
                }
            }
            try await group.waitForAll()
        }
        return Double(each * writers) / ((ContinuousClock.now - start) / .seconds(1))
    }

    private func time(_ body: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(body) / .milliseconds(1)
    }

    private func ratio(_ left: Double, _ right: Double) -> String { String(format: "%.2f", left / right) }

    private static let memory = "INSERT INTO memory (user_id, category, key, value) VALUES (?, ?, ?, ?)"

    /// What else a memory's write leaves: where it came from, its vector and its index entry.
    private static let rest = [
        """
        INSERT INTO memory_provenance (memory_id, source, device_id, confidence, explicit)
        VALUES (last_insert_rowid(), 'said', '7c9e6679-7425-40de-944b-e07fc1f90ae7', 1, 0)
        """,
        "UPDATE search_state SET vector_revision = vector_revision + 1",
        """
        INSERT INTO memory_vectors (memory_id, model, revision, vector)
        SELECT max(id), 'hash', (SELECT vector_revision FROM search_state), randomblob(1028) FROM memory
        """,
        """
        INSERT INTO search_documents (id, terms, skeleton, length)
        SELECT (1 << 48) + (max(id) << 4) + 3, ?, '', 8 FROM memory
        """,
        "DELETE FROM search_pending",
    ]

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
