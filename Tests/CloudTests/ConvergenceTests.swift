import Foundation
import LocalStore
import TestSupport
import Testing

/// Devices, SQL writers and the cloud companion's own client at once (`Tests/Support/Peers/convergence`): in the end all is the
/// same everywhere and nothing is missing. And: that test would notice.
@Suite(.serialized) struct ConvergenceTests {
    @Test(
        "four devices with wrong clocks, lost answers and kills, and the supabase client with the service key", arguments: [1, 2])
    func converges(seed: Int64) async throws {
        let project = try await CloudStack.shared().project()
        let found = try await run(project, seed: seed, seconds: 8, withClient: true)
        #expect(found["violations"] == [])
        let counts = found["counts"]
        for what in [
            "checkpoint", "op ok", "op lost", "op rejected", "op replayed", "answer lost", "killed before commit", "companion ok",
        ] {
            #expect(counts?[what]?.intValue ?? 0 > 5, "\(what): \(found.text)")
        }
        #expect(
            try await project.sql("select count(*) from sync.capture_errors where code not in ('55P03', '40P01')") == [
                ["count": 0]
            ])
        try await project.remove()
    }

    /// A bug, planted by replacing text in the migrations.
    struct Mutant: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let replacements: [(String, String)]
    }

    static let mutants = [
        Mutant(
            testDescription: "numbers from one sequence, without the head's lock",
            replacements: [
                ("where h.user_id = owner for update;", "where h.user_id = owner;"),
                ("head.seq + v.place as seq", "nextval('sync.mutant') as seq"),
                (
                    "seq = head.seq + cardinality(versions), hlc",
                    "seq = greatest(h.seq, (select max(v.seq) from sync.row_versions v where v.user_id = h.user_id)), hlc"
                ),
                (
                    "-- A row's new version, all but its number.",
                    "create sequence if not exists sync.mutant; grant usage on sequence sync.mutant to sync_owner;"
                ),
            ]),
        Mutant(
            testDescription: "what comes again is done again",
            replacements: [
                ("where (x ->> 'n')::bigint <= ledger.last_n;", "where false;"),
                ("sync.apply(p_dev, ledger.last_n, p_ops)", "sync.apply(p_dev, p_acked, p_ops)"),
                (
                    "p_ids, to_jsonb(p_results));\n        update",
                    "p_ids, to_jsonb(p_results)) on conflict do nothing;\n        update"
                ),
                (
                    "set last_n = p_first + cardinality(p_ids) - 1",
                    "set last_n = greatest(last_n, p_first + cardinality(p_ids) - 1)"
                ),
                // Increments would be found to have counted.
                ("if not origin = any(counting) then", "if false then"),
            ]),
        Mutant(
            testDescription: "a full page moves the cursor to the head",
            replacements: [("if versions = page_size then", "if false then")]),
        Mutant(
            testDescription: "tombstones are not sent", replacements: [("and (since > 0 or not v.deleted)", "and not v.deleted")]),
        Mutant(
            testDescription: "rows are not locked before their versions are read",
            replacements: [("where %s%s %s for no key update) b $sql$", "where %s%s %s offset 0) b $sql$")]),
        Mutant(
            testDescription: "a device may be older than itself", replacements: [(" or node = dev or (o.h", " or (o.h")]),
        Mutant(
            testDescription: "fields have no clocks of their own",
            replacements: [
                ("coalesce((s.clocks -> field ->> 0)::bigint, case when t.field_clocks then s.hlc0 else s.hlc end)", "s.hlc"),
                ("coalesce(s.clocks -> field ->> 1, case when t.field_clocks then s.node0 else s.node end)", "s.node"),
                (" or node = dev or (o.h", " or (o.h"),
            ]),
        Mutant(
            testDescription: "the integrity value forgets what was replaced",
            replacements: [("where not o.deleted), 0),\n        count(*)", "where o.deleted), 0),\n        count(*)")]),
    ]

    @Test("the same run finds a bug planted in the SQL", arguments: mutants)
    func findsPlantedBugs(mutant: Mutant) async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        try await project.migrate(replacing: mutant.replacements)
        // Bugs of timing may need more than one run.
        for seed in Int64(1)...4 {
            let found = try await run(project, seed: seed, seconds: 4, withClient: false)
            if found["violations"]?.arrayValue?.isEmpty == false { return try await project.remove() }
        }
        Issue.record("no run noticed: \(mutant.testDescription)")
    }

    private func run(_ project: CloudProject, seed: Int64, seconds: Int64, withClient: Bool) async throws -> JSONValue {
        let user = try await project.user()
        var setup: [String: JSONValue] = [
            "dsn": .string(project.dsn), "user": .string(user.id), "seed": .int(seed), "seconds": .int(seconds),
        ]
        if withClient {
            setup["url"] = .string(project.url)
            setup["service_key"] = .string(project.serviceKey)
        }
        let ended = try await ChildProcess.run(
            CloudStack.python, ["-m", "convergence.run", JSONValue.object(setup).text],
            environment: ["PYTHONPATH": CloudStack.root.appending(path: "Tests/Support/Peers").path])
        try #require(ended.status == 0, "\(ended.errors)")
        return try JSONValue(parsing: ended.output)
    }
}
