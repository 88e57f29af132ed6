import CompanionServices
import Foundation
import LocalStore
import TestSupport
import Testing

/// The companion as a worker that a LiveKit server calls into rooms.
@Suite(.serialized, .timeLimit(.minutes(6))) struct LiveKitWorkerTests {
    private static let success = ["JS_RUNNING", "JS_SUCCESS"]

    private func start(
        _ arguments: String..., at home: Home, in server: RoomServer, settings: [String: String] = [:]
    ) throws -> ChildProcess {
        try home.start(
            ["agent", "--worker"] + arguments,
            environment: try RoomConversation.environment(server).merging(settings) { $1 })
    }

    private func join(_ server: RoomServer, room: String = "home") async throws -> RoomPerson {
        let person = try await RoomPerson()
        try await person.join(server, token: try await server.token("user-\(UserID.random())", room: room))
        return person
    }

    @Test("who enters a room is greeted by the worker that is called; when they have left it is free for the next one")
    func called() async throws {
        let (home, server) = (try Home(), try await RoomServer())
        let program = try start(at: home, in: server)
        let worker = try #require(try await server.wait(forWorkers: 1, status: "WS_AVAILABLE").first)
        #expect(worker["type"] == .int(0) && worker["name"] == .string("") && worker["load"]?.doubleValue == 0, "\(worker)")

        for (number, room) in ["home", "kitchen"].enumerated() {
            let person = try await join(server, room: room)
            let agent = try #require(try await person.wait(for: "arrived", ["kind": "4"]).first)
            #expect(agent.text("identity") == RoomConversation.agent)
            try await server.wait(forWorkers: 1, status: "WS_FULL")
            let greeting = try await person.wait(for: "text", ["identity": RoomConversation.agent])
            #expect(greeting.first?.text("text").isEmpty == false)
            try await person.wait(for: "speaks", ["identity": RoomConversation.agent])
            try await person.leave()
            let jobs = try await server.wait(forJobs: number + 1, status: "JS_SUCCESS")
            #expect(jobs.last?.room == room && jobs.allSatisfy { $0.statuses == Self.success }, "\(jobs)")
            try await server.wait(forWorkers: 1, status: "WS_AVAILABLE")
        }
        program.send(signal: SIGTERM)
        let end = await program.ended()
        #expect(end.status == 0 && end.errors.contains("Called into the room kitchen"), "\(end.errors)")
        try await server.wait(forWorkers: 0)
        #expect(try await home.command("history", "list", "--json", "--user", "x").status != 0)
    }

    @Test("a server that dies and comes back has the worker again; told to end, it finishes the visit first")
    func again() async throws {
        let (home, server) = (try Home(), try await RoomServer())
        let program = try start(at: home, in: server)
        try await server.wait(forWorkers: 1, status: "WS_AVAILABLE")
        await server.kill()
        #expect(await program.errors(contain: "tried again in 2 s"))
        try await server.restart()
        try await server.wait(forWorkers: 1, status: "WS_AVAILABLE")

        let person = try await join(server)
        try await person.wait(for: "speaks", ["identity": RoomConversation.agent])
        program.send(signal: SIGTERM)
        #expect(await program.errors(contain: "once more ends it at once"))
        let other = try await join(server, room: "kitchen")
        #expect(try await server.wait(forJobs: 1, status: "DECLINED").last?.room == "kitchen")
        try await person.leave()
        try await server.wait(forJobs: 1, status: "JS_SUCCESS")
        #expect(await program.ended().status == 0)
        try await server.wait(forWorkers: 0)
        #expect(try await !other.events().contains { $0.text("identity") == RoomConversation.agent })
    }

    @Test("a worker with a name is called only by it, is in one room at a time, and leaves when the job is over")
    func named() async throws {
        let (home, server) = (try Home(), try await RoomServer())
        let program = try start("--agent-name", "granny", at: home, in: server)
        try await server.wait(forWorkers: 1, status: "WS_AVAILABLE")
        let person = try await join(server)
        try await server.dispatch("granny")
        try await person.wait(for: "speaks", ["identity": RoomConversation.agent])
        #expect(try await server.joins().count { $0 == RoomConversation.agent } == 1)
        let other = try await join(server, room: "kitchen")
        try await server.dispatch("granny", into: "kitchen")
        #expect(try await server.wait(forJobs: 1, status: "DECLINED").last?.room == "kitchen")
        #expect(await program.errors(contain: "one at a time"))
        try await server.terminate()
        try await person.wait(for: "left", ["identity": RoomConversation.agent])
        try await server.wait(forJobs: 1, status: "JS_SUCCESS")
        try await server.wait(forWorkers: 1, status: "WS_AVAILABLE")
        try await server.dispatch("granny", into: "kitchen")
        try await other.wait(for: "arrived", ["identity": RoomConversation.agent])
        program.send(signal: SIGINT)
        #expect(await program.errors(contain: "once more ends it at once"))
        program.send(signal: SIGINT)
        #expect(await program.ended().status == 130)
        try await other.wait(for: "left", ["identity": RoomConversation.agent])
    }

    @Test("a wrong secret, no secret, and what does not belong together are said in plain words")
    func refusals() async throws {
        let (home, server) = (try Home(), try await RoomServer())
        let wrong = try await start(
            at: home, in: server, settings: ["LIVEKIT_API_SECRET": "another-secret-than-the-one-of-the-server"]
        ).ended()
        #expect(wrong.status == 77 && wrong.errors.contains("refuses the key"), "\(wrong.errors)")
        #expect(wrong.errors.contains("LIVEKIT_API_SECRET") && !wrong.errors.contains("another-secret"), "\(wrong.errors)")
        let elsewhere = try await start("--url", server.address + "/nowhere", at: home, in: server).ended()
        #expect(elsewhere.status == 69 && elsewhere.errors.contains("without a path"), "\(elsewhere.errors)")
        let none = try await home.start(
            "agent", "--worker", environment: try RoomConversation.environment(server, ["LIVEKIT_URL": server.address])
        ).ended()
        #expect(none.status == 64 && none.errors.contains("LIVEKIT_API_KEY"), "\(none.errors)")
        let room = try await start("--room", "home", at: home, in: server).ended()
        #expect(room.status == 64 && room.errors.contains("rooms it is called into"), "\(room.errors)")
        let name = try await home.start("agent", "--agent-name", "granny").ended()
        #expect(name.status == 64 && name.errors.contains("--worker"), "\(name.errors)")
    }
}
