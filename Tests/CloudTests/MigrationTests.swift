import Foundation
import LocalStore
import TestSupport
import Testing

/// `supabase/migrations` on projects as they are found, and back.
@Suite struct MigrationTests {
    @Test("on the cloud companion's schema with people's rows: twice, back, and again; nothing of theirs changes")
    func original() async throws {
        let project = try await CloudStack.shared().project(schema: .original)
        let before = try await project.dump()
        for _ in 0..<2 {
            try await project.migrate()
            let first = try await rowCounts(project)
            try await project.migrate()
            #expect(try await rowCounts(project) == first)
            #expect(first == ["heads": 2, "live": 107])
            try await project.rollBack()
            #expect(differences(before, try await project.dump()) == [])
        }
        try await project.remove()
    }

    @Test("people's rows come down as they were, and devices' changes go to the original's columns")
    func originalInUse() async throws {
        let project = try await CloudStack.shared().project(schema: .original)
        try await project.migrate()
        let amna = try await project.token(of: "11111111-1111-4111-8111-111111111111")
        var device = TestDevice(project, amna)
        let onboarding = try await device.row("onboarding_details")
        #expect(onboarding?["b"]?["interests"] == ["books", "tea"])
        #expect(try await device.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 4.3)
        // A row found there is as old as it says: what the person said on a device since then is newer.
        let newer = try await device.push("put", "memory", ["FACT", "fact_1"], ["value": "نیا"], hlc: 1_790_000_000_000 << 16)
        #expect(newer["r"] == "ok")
        let results = try await device.push([
            device.make("put", "onboarding_details", [], ["interests": ["cricket", "chai"]], base: onboarding?.sequence),
            device.make("inc", "conversation_state", [], ["trust_score": 0.5]),
            device.make("ins", "messages", [newID()], ["role": "user", "text": "سلام"]),
        ]).results
        #expect(results == ["ok", "ok", "ok"])
        let stored = try await project.sql(
            """
            select interests, trust_score::float8 as trust from public.onboarding_details join public.conversation_state using (user_id)
            where user_id = '\(amna.id)'
            """)
        #expect(stored == [["interests": "cricket, chai", "trust": 4.8]])

        // Taking it back keeps what the person said since, and leaves those rows closed.
        try await project.rollBack()
        #expect(try await project.sql("select count(*) from public.messages") == [["count": 1]])
        #expect(
            try await project.sql("select value from public.memory where user_id = '\(amna.id)' and key = 'fact_1'") == [
                ["value": "نیا"]
            ])
        try await project.migrate()
        #expect(try await device.pull(limit: 2000).rows.contains { $0["b"]?["text"] == "سلام" })
        try await project.remove()
    }

    @Test(
        "shapes of the original's tables that its documents disagree about",
        arguments: [
            "alter table public.user_profiles drop constraint user_profiles_user_id_fkey; alter table public.memory drop constraint memory_user_id_fkey; alter table public.profiles drop column user_id",
            "alter table public.profiles drop constraint profiles_pkey; alter table public.profiles drop column id",
            "alter table public.onboarding_details alter interests type text[] using string_to_array(interests, ', ')",
            "alter table public.onboarding_details alter interests type jsonb using to_jsonb(string_to_array(interests, ', '))",
            "alter table public.memory add updated_at timestamptz default now()",
            "alter table public.onboarding_details drop column occupation",
            "alter table public.profiles drop constraint profiles_id_fkey; alter table public.profiles alter id set default gen_random_uuid()",
            "insert into public.onboarding_details (user_id, full_name, created_at) select user_id, 'later', now() + interval '1 day' from public.profiles",
            "insert into auth.users (id, email) values ('33333333-3333-4333-8333-333333333333', 'c@example.com'); insert into public.profiles (id) values ('33333333-3333-4333-8333-333333333333')",
        ])
    func shapes(change: String) async throws {
        let project = try await CloudStack.shared().project(schema: .original)
        try await project.sql(change)
        let before = try await project.dump()
        try await project.migrate()
        let amna = try await project.token(of: "11111111-1111-4111-8111-111111111111")
        var device = TestDevice(project, amna)
        #expect(try await device.row("profiles")?["b"]?["email"] == "user_11111111@companion.local")
        #expect(try await device.row("onboarding_details")?["b"]?["full_name"] == "Amna")
        #expect(try await device.row("onboarding_details")?["b"]?["interests"] == ["books", "tea"])
        let answer = try await device.push([
            device.make("patch", "onboarding_details", [], ["interests": ["chai"], "occupation": "writer"]),
            device.make("put", "memory", ["FACT", "new"], ["value": "x", "created_at": "2027-01-01T00:00:00Z"]),
            device.make("patch", "profiles", [], ["is_first_login": false]),
        ])
        #expect(answer.results == ["ok", "ok", "ok"])
        #expect(try await device.row("onboarding_details")?["b"]?["interests"] == ["chai"])
        // A person who is new here gets a profile of the shape that is used here.
        var stranger = try await TestDevice(project, project.user())
        #expect(try await stranger.push("put", "memory", ["FACT", "a"], ["value": "x"])["r"] == "ok")
        #expect(try await stranger.row("profiles")?["b"]?["is_first_login"] == true)
        #expect(try await project.call("sync_reconcile", [:], as: amna) == ["repaired": 0])
        #expect(try await project.sql("select * from sync.capture_errors") == [])
        try await project.rollBack()
        #expect(Set(try await project.dump().filter { $0.contains("POLICY") }) == Set(before.filter { $0.contains("POLICY") }))
        try await project.remove()
    }

    @Test("a table of the same name that is something else stops the migration and is left alone")
    func foreignTable() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        try await project.sql("create table public.messages (id bigint primary key, room text)")
        let error = await #expect(throws: CloudError.self) { try await project.migrate() }
        #expect(error?.message.contains("messages") == true)
        try await project.remove()
    }

    private func rowCounts(_ project: CloudProject) async throws -> [String: Int64] {
        let row = try await project.sql("select count(*) as heads, sum(live)::bigint as live from sync.heads").first ?? [:]
        return row.compactMapValues(\.intValue)
    }

    private func differences(_ before: [String], _ after: [String]) -> [String] {
        after.difference(from: before).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
    }
}
