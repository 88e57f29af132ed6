import ArgumentParser
import Foundation
import LocalStore
import SyncEngine
import TestSupport

/// A project of the tests' cloud for one benchmark, and what the engine is compared with on it.
struct SyncRig {
    let project: CloudProject

    init() async throws {
        project = try await CloudStack.shared().project()
    }

    /// Somebody who is new to everything but has the parent row that others refer to.
    func person() async throws -> CloudUser {
        let user = try await project.user()
        try await project.sql(
            "insert into public.profiles (id, user_id, email) values (%s, %s, %s)", Array(repeating: .string(user.id), count: 3))
        return user
    }

    func timedDevice(_ user: CloudUser) async throws -> (device: CloudDevice, timer: TimedRemote) {
        var timer: TimedRemote?
        let device = try await CloudDevice(project, user) { remote in
            let timed = TimedRemote(remote)
            timer = timed
            return timed
        }
        guard let timer else { throw ValidationError("The device did not ask for its remote.") }
        return (device, timer)
    }

    static func value(_ number: Int) -> String { "the person likes biryani and talks about کرکٹ number \(number)" }

    /// Memories made while nothing is connected; not timed.
    static func fill(_ store: PersonStore, with count: Int) async throws {
        for start in stride(from: 0, to: count, by: 500) {
            try await store.write { transaction in
                for number in start..<min(start + 500, count) { try save(number, "key_\(number)", transaction) }
            }
        }
    }

    static func save(_ number: Int, _ key: String, _ transaction: StoreTransaction) throws {
        _ = try transaction.saveMemory(
            category: .fact, key: MemoryKey(validating: key), value: value(number), provenance: Provenance(source: .said))
    }

    /// Runs one sync, which must come to its end.
    ///
    /// - Returns: seconds.
    @discardableResult
    static func sync(_ device: CloudDevice) async throws -> Double {
        let began = ContinuousClock.now
        let summary = try await device.engine.syncOnce()
        guard summary.halt == .upToDate else { throw ValidationError("The sync did not complete: \(summary.halt)") }
        return (ContinuousClock.now - began) / .seconds(1)
    }

    // MARK: What others take

    /// Seconds for a row by the supabase Python client, one upsert a row.
    func pythonClient(rows: Int) async throws -> Double {
        let setup: JSONValue = [
            "url": .string(project.url), "service_key": .string(project.serviceKey), "user": .string(try await person().id),
            "rows": .int(Int64(rows)),
        ]
        let ended = try await ChildProcess.run(
            CloudStack.python, ["-m", "convergence.upserts", setup.text],
            environment: ["PYTHONPATH": CloudStack.root.appending(path: "Tests/Support/Peers").path])
        guard ended.status == 0, let seconds = try JSONValue(parsing: ended.output).objectValue?["seconds"]?.doubleValue else {
            throw ValidationError("The Python client failed: \(ended.errors)")
        }
        return seconds / Double(rows)
    }

    /// Ways of writing the same rows through psql.
    enum Floor: String, CaseIterable {
        /// Each row in a statement and a transaction of its own.
        case rowByRow = "psql, a statement a row"
        /// One statement for all rows, in a transaction.
        case oneStatement = "psql, one statement"
        /// The same with nobody noticing: no change is numbered for devices.
        case withoutTriggers = "psql, one statement, triggers off"
    }

    /// Seconds for `rows` rows.
    func psql(_ floor: Floor, rows: Int) async throws -> Double {
        let user = try await person().id
        let values = (0..<rows).map { "('\(user)', 'FACT', 'key_\($0)', '\(Self.value($0))')" }
        let insert = "insert into public.memory (user_id, category, key, value) values "
        let conflict = " on conflict (user_id, category, key) do update set value = excluded.value;\n"
        let statements: String
        switch floor {
        case .rowByRow: statements = values.map { insert + $0 + conflict }.joined()
        case .oneStatement: statements = insert + values.joined(separator: ",\n") + conflict
        case .withoutTriggers:
            statements = "set session_replication_role = replica;\n" + insert + values.joined(separator: ",\n") + conflict
        }
        let began = ContinuousClock.now
        let ended = try await ChildProcess.run(
            URL(filePath: "/usr/bin/env"), ["psql", project.dsn, "-q", "-X", "-v", "ON_ERROR_STOP=1"], input: statements)
        guard ended.status == 0 else { throw ValidationError("psql failed: \(ended.errors)") }
        return (ContinuousClock.now - began) / .seconds(1)
    }
}
