import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

/// The stand-in for Supabase itself: what later tests take for granted.
@Suite struct CloudStackTests {
    @Test("row security judges a table request by the token it carries")
    func rowSecurity() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        let (ada, ben) = (try await project.user(), try await project.user())
        try await project.sql(
            """
            create table public.notes (id int primary key, user_id uuid, body text);
            grant all on public.notes to anon, authenticated, service_role;
            alter table public.notes enable row level security;
            create policy own on public.notes to authenticated using (user_id = auth.uid())
            """)
        let note: JSONValue = ["id": 1, "user_id": .string(ada.id), "body": "سلام"]
        #expect(try await project.request(.post, "/rest/v1/notes", note, as: ada).status == 201)
        let forged: JSONValue = ["id": 2, "user_id": .string(ada.id), "body": "forged"]
        #expect(try await project.request(.post, "/rest/v1/notes", forged, as: ben).status == 403)
        #expect(try await project.request(.post, "/rest/v1/notes", forged, as: nil).status == 401)
        let seen = try await project.request(.get, "/rest/v1/notes?select=id&body=eq.سلام".percentEncoded, as: ada)
        #expect(String(decoding: seen.body, as: UTF8.self).filter { $0 != " " } == #"[{"id":1}]"#)
        #expect(String(decoding: try await project.request(.get, "/rest/v1/notes", as: ben).body, as: UTF8.self) == "[]")
        try await project.remove()
    }

    @Test("an expired token is refused, a fault strikes once, and traffic is counted")
    func faults() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        let user = try await project.user()
        try await project.inject(CloudFault(.status(503, headers: ["Retry-After": "2"]), path: "/auth/"))
        let struck = try await project.request(.get, "/auth/v1/user", as: user)
        #expect(struck.status == 503 && struck.head["retry-after"] == "2")
        #expect(try await project.request(.get, "/auth/v1/user", as: user).status == 200)
        try await project.expireTokens()
        let refused = try await project.request(.get, "/auth/v1/user", as: user)
        #expect(refused.status == 401)
        #expect(try await project.traffic().routes["GET /auth/v1/user"]?.requests == 3)
        try await project.goOffline()
        await #expect(throws: HTTPError.self) { try await project.request(.get, "/auth/v1/health", as: nil) }
        try await project.goOnline()
        #expect(try await project.request(.get, "/auth/v1/health", as: nil).status == 200)
        try await project.remove()
    }
}

extension String {
    fileprivate var percentEncoded: String { addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? self }
}
