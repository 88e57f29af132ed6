import LocalStore
import Networking
import Testing

@testable import SyncEngine

@Suite struct SecurityCheckTests {
    @Test("open tables are found, and nothing that could be stored is sent")
    func exposures() async throws {
        let transport = ScriptedTransport { request, _ in
            let isRead = request.method == .get
            if request.url.contains("/memory") {
                return isRead ? .json(200, [["value": "cat"]]) : .json(201, [:])
            }
            if request.url.contains("/profiles") {
                return isRead ? .json(200, []) : .json(400, ["code": "23502", "message": "null value in column"])
            }
            if request.url.contains("/reminders") { return .json(404, ["code": "PGRST205", "message": "no table"]) }
            return isRead ? .json(200, []) : .json(401, ["code": "42501", "message": "row-level security"])
        }
        let check = SecurityCheck(project: try Sample.project(), transport: transport)
        let found = Dictionary(uniqueKeysWithValues: try await check.run().map { ($0.table, $0.exposure) })
        #expect(found["memory"] == .readable)
        #expect(found["profiles"] == .writable)
        #expect(found["reminders"] == .absent)
        #expect(found["messages"] == .closed)
        for request in transport.requests where request.method == .post {
            let fields = try #require(request.json?.objectValue)
            #expect(fields.count == 1 && fields.values.allSatisfy { $0 == .null })
        }
        #expect(transport.requests.allSatisfy { $0.header("authorization") == nil })
    }

    @Test("a refused key is no open table")
    func badKey() async throws {
        let transport = ScriptedTransport { _, _ in .json(401, ["message": "Invalid API key"]) }
        let check = SecurityCheck(project: try Sample.project(), transport: transport)
        await #expect(throws: AuthError.keyRefused("Invalid API key")) { try await check.run() }
    }
}
