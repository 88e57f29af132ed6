import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

/// Nobody reads or writes another person's rows, by any way in.
@Suite struct SecurityTests {
    static let tables = [
        "profiles", "user_profiles", "memory", "conversation_state", "onboarding_details", "conversations", "messages",
        "reminders",
        "attachments",
    ]
    static let records = [
        "tables", "heads", "row_versions", "devices", "applied", "rejected", "conflicts", "dirty", "capture_errors", "before_us",
        "counted",
    ]

    /// Ada, with a row in every table; Eve, who is after it.
    private struct Scene {
        let project: CloudProject
        var ada: TestDevice
        let eve: CloudUser

        init() async throws {
            project = try await CloudStack.sharedProject()
            ada = try await TestDevice(project, project.user())
            eve = try await project.user()
            let results = try await ada.push([
                ada.make("put", "memory", ["FACT", "secret"], ["value": "ada's"]),
                ada.make("put", "user_profiles", [], ["profile_text": "ada's"]),
                ada.make("put", "conversation_state", [], ["stage": "ada's"]),
                ada.make("put", "onboarding_details", [], ["full_name": "ada's"]),
                ada.make("put", "conversations", [newID()], ["channel": "ada's", "started_at": "2026-01-01T00:00:00Z"]),
                ada.make("ins", "messages", [newID()], ["role": "user", "text": "ada's"]),
                ada.make(
                    "put", "reminders", [newID()],
                    ["kind": "ada's", "text": "", "due_at": "2027-01-01T00:00:00Z", "time_zone": ""]),
                ada.make("put", "attachments", [newID()], ["kind": "ada's", "mime": "", "sha256": "", "bytes": 1]),
                ada.make("put", "nothing", [], [:]),
            ]).results
            try #require(results.dropLast().allSatisfy { $0 == "ok" })
        }

        func status(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, as user: CloudUser?) async throws -> (
            Int, String
        ) {
            let headers = [HTTPHeader("Prefer", "return=representation")]
            let response = try await project.request(method, path, body, as: user, headers: headers)
            return (response.status, String(decoding: response.body, as: UTF8.self))
        }

        /// What is stored of Ada's, to see that it has not changed.
        func stored() async throws -> [[String: JSONValue]] {
            let parts = SecurityTests.tables.map {
                "select '\($0)' as t, jsonb_agg(to_jsonb(x)) as rows from public.\($0) x where user_id = '\(ada.user.id)'"
            }
            return try await project.sql(parts.joined(separator: " union all ") + " order by 1")
        }
    }

    @Test("by table: another's rows are neither seen nor changed nor made", arguments: tables)
    func byTable(table: String) async throws {
        let scene = try await Scene()
        let before = try await scene.stored()
        let path = "/rest/v1/\(table)"
        #expect(try await scene.status(.get, path + "?user_id=eq.\(scene.ada.user.id)", as: scene.eve) == (200, "[]"))
        let touched = try await scene.status(
            .patch, path + "?user_id=eq.\(scene.ada.user.id)", ["user_id": .string(scene.eve.id)], as: scene.eve)
        #expect(touched.0 == 200 && touched.1 == "[]")
        #expect(try await scene.status(.delete, path + "?user_id=eq.\(scene.ada.user.id)", as: scene.eve) == (200, "[]"))
        let row = try await scene.project.sql(
            "select to_jsonb(x) as row from public.\(table) x where user_id = '\(scene.ada.user.id)'")
        var copy = try #require(row.first?["row"]?.objectValue)
        copy["email"] = nil
        if copy["id"]?.stringValue != nil {
            copy["id"] = .string(table == "profiles" ? scene.ada.user.id : newID())
        } else {
            copy["id"] = nil
        }
        if table != "profiles" {
            // Eve, too, has the profile that other rows depend on.
            var eve = TestDevice(scene.project, scene.eve)
            _ = try await eve.push("del", "memory", ["FACT", "nothing"])
        }
        #expect(try await scene.status(.post, path, .object(copy), as: scene.eve).0 == 403)
        // Nor are rows given away.
        copy["user_id"] = .string(scene.eve.id)
        if table == "profiles" { copy["id"] = .string(scene.eve.id) }
        #expect(try await scene.status(.post, path, .object(copy), as: scene.eve).0 == 201)
        #expect(
            try await scene.status(
                .patch, path + "?user_id=eq.\(scene.eve.id)", ["user_id": .string(scene.ada.user.id)], as: scene.eve
            ).0
                == 403)
        #expect(try await scene.stored() == before)
    }

    @Test("nobody takes another's place before they come")
    func profileSquatting() async throws {
        let project = try await CloudStack.sharedProject()
        let (eve, newcomer) = (try await project.user(), try await project.user())
        let squat: JSONValue = ["id": .string(newcomer.id), "user_id": .string(eve.id)]
        #expect(try await project.request(.post, "/rest/v1/profiles", squat, as: eve).status == 403)
        let own: JSONValue = ["id": .string(eve.id), "user_id": .string(eve.id)]
        #expect(try await project.request(.post, "/rest/v1/profiles", own, as: eve).status == 201)
        let moved = try await project.request(
            .patch, "/rest/v1/profiles?user_id=eq.\(eve.id)", ["id": .string(newcomer.id)], as: eve)
        #expect(moved.status == 403)
        var device = TestDevice(project, newcomer)
        #expect(try await device.push("put", "memory", ["FACT", "a"], ["value": "x"])["r"] == "ok")
    }

    @Test("anon has nothing: no table, no function", arguments: tables)
    func anon(table: String) async throws {
        let scene = try await Scene()
        for method in [HTTPMethod.get, .delete] {
            #expect(try await scene.status(method, "/rest/v1/\(table)", as: nil).0 == 401)
        }
        let body: JSONValue = ["user_id": .string(scene.ada.user.id)]
        #expect(try await scene.status(.post, "/rest/v1/\(table)", body, as: nil).0 == 401)
        #expect(try await scene.status(.patch, "/rest/v1/\(table)", body, as: nil).0 == 401)
    }

    @Test("anon may call none of the functions")
    func anonFunctions() async throws {
        let project = try await CloudStack.sharedProject()
        let open = try await project.sql(
            """
            select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where (n.nspname = 'sync' or (n.nspname = 'public' and p.proname like 'sync%'))
                and (has_function_privilege('anon', p.oid, 'execute') or n.nspname = 'sync' and has_function_privilege('public', p.oid, 'execute'))
            """)
        #expect(open == [])
        for function in [
            "sync_pull", "sync_push", "sync_status", "sync_reconcile", "sync_export", "sync_forget_me", "sync_reject",
        ] {
            let error = await #expect(throws: CloudError.self) {
                try await project.call(function, arguments(of: function), as: nil)
            }
            #expect(error?.status == 401)
        }
    }

    @Test("by function: a push or pull reaches the caller's rows only")
    func byFunction() async throws {
        let scene = try await Scene()
        let before = try await scene.stored()
        var eve = TestDevice(scene.project, scene.eve)
        let messages = before.first { $0["t"] == "messages" }?["rows"]?[0]
        let id = try #require(messages?["id"]?.stringValue)
        // The same id is another row, hers; it tells nothing of his.
        let results = try await eve.push([
            eve.make("ins", "messages", [id], ["role": "user", "text": "eve's"]), eve.make("del", "messages", [id]),
            eve.make("del", "memory", ["FACT", "secret"]), eve.make("put", "memory", ["FACT", "secret"], ["value": "eve's"]),
            eve.make("put", "memory", ["FACT", "x"], ["user_id": .string(scene.ada.user.id), "value": "x"]),
        ]).results
        #expect(results == ["ok", "ok", "ok", "ok", "rejected"])
        #expect(try await scene.stored() == before)
        let page = try await eve.pull(limit: 2000)
        #expect(!page.text.contains("ada's"))
        for function in ["sync_export", "sync_status"] {
            #expect(!(try await scene.project.call(function, [:], as: scene.eve).text.contains("ada's")))
        }
        // Ada's device id in Eve's hands is another device.
        let forged: JSONValue = ["p_dev": .string(scene.ada.id), "p_ops": [], "p_acked": 0]
        #expect(try await scene.project.call("sync_push", forged, as: scene.eve)["last"] == 0)
        _ = try await scene.project.call("sync_forget_me", ["p_confirm": "delete everything"], as: scene.eve)
        #expect(try await scene.stored() == before)
        #expect(try await scene.ada.pull()["reset"] == false)
    }

    @Test("the records of sync are not to be had through the API, and even by SQL only one's own are read", arguments: records)
    func recordsOfSync(table: String) async throws {
        let scene = try await Scene()
        #expect(try await scene.status(.get, "/rest/v1/\(table)", as: scene.eve).0 == 404)
        for role in ["anon", "authenticated"] {
            let user = role == "anon" ? nil : scene.eve
            for write in ["delete from sync.\(table)", "insert into sync.\(table) default values"] {
                let error = await #expect(throws: CloudError.self) { try await scene.project.sql(write, as: user, role: role) }
                #expect(error?.code == "42501")
            }
        }
        if !["tables", "capture_errors", "before_us"].contains(table) {
            let seen = try await scene.project.sql(
                "select count(*) from sync.\(table) where user_id <> '\(scene.eve.id)'", as: scene.eve)
            #expect(seen == [["count": 0]])
        }
    }

    @Test(
        "functions that keep records cannot be turned against anybody",
        arguments: [
            "select sync.stamp(sync.lock_head(@), '{}')", "select sync.lock_head(@)", "select sync.reconcile_user(@)",
            "select sync.poke(@, 1)", "select sync.scan(t, @) from sync.tables t", "select sync.reconcile()", "select sync.gc()",
            "select sync.purge()", "select sync.note_failure('memory', 'x', 'x', array[@]::uuid[])",
            "select sync.capture(t, '{}') from sync.tables t", "select sync.still_there(t, @) from sync.tables t",
            "select sync.unused_objects()", "select sync.declare_table('memory', 1, '{}', '{}')", "select sync.watch('memory')",
            """
            select sync.ledger_close(gen_random_uuid(), array[(sync.rid(@, 'memory', '["FACT", "secret"]'), 'memory', '["FACT", "secret"]',
                true, 1, 'x', 1, 'x', 0, '{}', 0)::sync.version], 1, '{}', '{}', '{}', '{}')
            """,
        ])
    func definers(statement: String) async throws {
        let scene = try await Scene()
        let text = statement.replacing("@", with: "'\(scene.ada.user.id)'::uuid")
        let error = await #expect(throws: CloudError.self) { try await scene.project.sql(text, as: scene.eve) }
        #expect(error?.code == "42501")
    }

    @Test("every function that runs with other rights has a fixed search path, and belongs to whom it should")
    func definerRules() async throws {
        let project = try await CloudStack.sharedProject()
        let loose = try await project.sql(
            """
            select p.oid::regprocedure::text as name from pg_proc p where p.pronamespace = 'sync'::regnamespace and p.prosecdef
                and not exists (select from unnest(p.proconfig) c where c like 'search_path=%')
            """)
        #expect(loose == [])
        let powerful = try await project.sql(
            """
            select array_agg(p.proname::text order by p.proname) as names from pg_proc p
            where p.pronamespace = 'sync'::regnamespace and p.prosecdef and p.proowner <> 'sync_owner'::regrole
            """)
        #expect(powerful == [["names": ["account_state", "caller", "poke", "purge", "scan", "still_there", "unused_objects"]]])
        let unguarded = try await project.sql(
            """
            select c.relname::text as name from pg_class c where c.relkind = 'r' and not c.relrowsecurity
                and c.relnamespace in ('sync'::regnamespace, 'public'::regnamespace)
            """)
        #expect(unguarded == [])
        #expect(
            try await project.sql("select rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname = 'sync_owner'")
                == [["rolcanlogin": false, "rolsuper": false, "rolbypassrls": false]])
    }

    @Test("by Storage: a person's folder is theirs, to see, fill and empty")
    func storage() async throws {
        let scene = try await Scene()
        let path = "/storage/v1/object/attachments/\(scene.ada.user.id)/0123"
        #expect(try await scene.status(.post, path, "ada's", as: scene.ada.user).0 == 200)
        #expect(try await scene.status(.get, path, as: scene.ada.user).1.contains("ada's"))
        for user in [scene.eve, nil] {
            #expect(try await scene.status(.get, path, as: user).0 == 400)
            #expect(try await scene.status(.delete, path, as: user).0 == 400)
            #expect(try await scene.status(.post, path + "4", "eve's", as: user).1.contains("row-level security"))
            #expect(
                try await scene.status(.post, "/storage/v1/object/attachments/shared", "eve's", as: user).1.contains(
                    "row-level security"))
        }
        #expect(try await scene.status(.get, path, as: scene.ada.user).0 == 200)
    }

    @Test("by Realtime: only the person hears of their changes", arguments: ["own", "another's", "anon"])
    func realtime(who: String) async throws {
        var scene = try await Scene()
        let token = who == "own" ? scene.ada.user.accessToken : who == "anon" ? scene.project.anonKey : scene.eve.accessToken
        let topic = "realtime:sync:\(scene.ada.user.id)"
        let socket = try await CurlWebSocket.connect(
            to: scene.project.url.replacing("http:", with: "ws:")
                + "/realtime/v1/websocket?vsn=1.0.0&apikey=\(scene.project.anonKey)")
        let join: JSONValue = [
            "topic": .string(topic), "event": "phx_join", "ref": "1",
            "payload": ["config": ["private": true], "access_token": .string(token)],
        ]
        try socket.send(.text(join.text))
        var messages = socket.messages.makeAsyncIterator()
        guard case .text(let answer) = try await messages.next() else { throw PeerError(description: "Realtime said nothing") }
        let reply = try JSONValue(parsing: answer)
        #expect(reply["payload"]?["status"] == (who == "own" ? "ok" : "error"))
        if who == "own" {
            _ = try await scene.ada.push("put", "memory", ["FACT", "more"], ["value": "x"])
            while case .text(let text) = try await messages.next() {
                let message = try JSONValue(parsing: text)
                guard message["event"] == "broadcast" else { continue }
                #expect(message["payload"]?["payload"]?["s"] == (try await scene.ada.pull()["head"]))
                break
            }
        }
        socket.close()
    }

    private func arguments(of function: String) -> JSONValue {
        switch function {
        case "sync_pull": ["p_since": 0]
        case "sync_push": ["p_dev": .string(newID()), "p_ops": []]
        case "sync_forget_me": ["p_confirm": "delete everything"]
        case "sync_reject": ["p_dev": .string(newID()), "p_n": 1, "p_op": [:], "p_code": "", "p_msg": ""]
        default: [:]
        }
    }
}
