import Foundation
import LocalStore
import TestSupport
import Testing

/// The daemon is called into rooms.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ServiceRoomTests {
    private func rooms(_ home: Home) async throws -> [String: JSONValue] {
        let status = try await home.command("status", "--json")
        return try JSONValue(parsing: status.output).objectValue?["rooms"]?.objectValue ?? [:]
    }

    private func until(_ home: Home, _ isSo: ([String: JSONValue]) -> Bool) async throws -> [String: JSONValue] {
        while true {
            let now = try await rooms(home)
            if isSo(now) { return now }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test("a phone calls the daemon without a command; what fails is shown, and comes back alone")
    func called() async throws {
        let (home, server) = (try Home(), try await RoomServer())
        #expect(try await home.command("users", "add", "Amina").status == 0)
        let settings = try RoomConversation.environment(server).merging(["COMPANION_ROOMS": "worker"]) { $1 }
        let daemon = try await home.daemon(environment: settings)
        try await server.wait(forWorkers: 1, status: "WS_AVAILABLE")
        let waiting = try await until(home) { $0["state"] == .string("waiting") }
        #expect(waiting["visits"] == .int(0) && waiting["registrations"] == .int(1), "\(waiting)")
        #expect(try await home.command("doctor", "--offline").output.contains("within call of"))

        let person = try await RoomPerson()
        let id = UserID.random()
        try await person.join(server, token: try await server.token("user-\(id)"))
        try await person.wait(for: "speaks", ["identity": RoomConversation.agent])
        #expect(try await home.command("status").output.contains("in a room"))
        let before = try await person.events().count
        try await person.type("My brother is called Bilal.")
        try await person.wait(for: "text", ["identity": RoomConversation.agent], after: before)
        try await person.leave()
        try await server.wait(forJobs: 1, status: "JS_SUCCESS")
        let after = try await until(home) { $0["state"] == .string("waiting") }
        #expect(after["visits"] == .int(1) && after["visits_failed"] == .int(0) && after["joins"] == .int(1), "\(after)")
        #expect(after["frames_sent"]?.intValue ?? 0 > 50 && after["frames_heard"]?.intValue ?? 0 > 50, "\(after)")
        #expect(after["handles"]?.intValue ?? 99 < 10, "\(after)")
        let asked = try await home.command("chat", "--user", "\(id)", "What is my brother called?")
        #expect(asked.output.contains("Bilal"), "\(asked.output)\(asked.errors)")

        await server.kill()
        let lost = try await until(home) { $0["state"] == .string("lost") }
        #expect(lost["problem"]?.stringValue?.isEmpty == false, "\(lost)")
        #expect(try await home.command("doctor", "--offline").output.contains("not within call"))
        #expect(try await home.command("chat", "--user", "Amina", "Hello.").status == 0)
        try await server.restart()
        try await server.wait(forWorkers: 1, status: "WS_AVAILABLE")
        let back = try await until(home) { $0["state"] == .string("waiting") }
        #expect(back["registrations"] == .int(2) && back["problem"] == nil, "\(back)")
        daemon.send(signal: SIGTERM)
        #expect(await daemon.ended().status == 0)
        try await server.wait(forWorkers: 0)
    }

    @Test("without a key the daemon works, and says what is missing")
    func noKey() async throws {
        let (home, server) = (try Home(), try await RoomServer())
        #expect(try await home.command("users", "add", "Amina").status == 0)
        let settings = try RoomConversation.environment(server, ["LIVEKIT_URL": server.address, "COMPANION_ROOMS": "worker"])
        let daemon = try await home.daemon(environment: settings)
        let failed = try await until(home) { $0["state"] == .string("failed") }
        #expect(failed["problem"]?.stringValue?.contains("takes its key") == true, "\(failed)")
        let doctor = try await home.command("doctor", "--offline")
        #expect(doctor.output.contains("LIVEKIT_API_KEY"), "\(doctor.output)")
        #expect(try await home.command("chat", "--user", "Amina", "Hello.").status == 0)
        daemon.send(signal: SIGTERM)
        #expect(await daemon.ended().status == 0)
    }
}
