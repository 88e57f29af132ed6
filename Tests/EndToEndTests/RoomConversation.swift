import CompanionServices
import Foundation
import TestSupport
import Testing

/// The program in a room with a synthetic person, who uses LiveKit's own library.
struct RoomConversation: WitnessedConversation {
    let home: Home
    let server: RoomServer
    let person: RoomPerson
    let program: ChildProcess
    /// Reads what the turn engine saw and decided.
    let log: ChildProcess

    /// What the companion is called in the room.
    static let agent = "companion-edge"

    /// The companion is in the room and waits for somebody when this returns.
    /// - Parameter settings: instead of the server's key.
    static func begin(
        _ arguments: String..., at home: Home? = nil, in server: RoomServer? = nil, settings: [String: String]? = nil
    ) async throws -> RoomConversation {
        let home = try home ?? Home()
        let server = if let server { server } else { try await RoomServer() }
        let pipe = home.folder.file("turns-\(UUID())")
        try #require(mkfifo(pipe.path, 0o600) == 0)
        let log = try ChildProcess(URL(filePath: "/usr/bin/env"), ["cat", pipe.path])
        let program = try home.start(
            ["agent", "--record-turns", pipe.path, "--wait", "120"] + arguments,
            environment: try environment(server, settings))
        guard await program.errors(contain: "waiting for somebody") else {
            throw PeerError(description: "the agent did not begin: \(program.outputSoFar)\(program.errorsSoFar)")
        }
        return RoomConversation(
            home: home, server: server, person: try await RoomPerson(), program: program, log: log)
    }

    static func environment(_ server: RoomServer, _ settings: [String: String]? = nil) throws -> [String: String] {
        let models = [
            "COMPANION_MODELS_DIR": try SpeechModels.ready().path,
            "COMPANION_SPEAKING_VOICE": SpokenConversation.voices.companion, "COMPANION_LOG_LEVEL": "info",
        ]
        let key = [
            "LIVEKIT_URL": server.address, "LIVEKIT_API_KEY": RoomServer.key, "LIVEKIT_API_SECRET": RoomServer.secret,
            "LIVEKIT_ROOM": "home",
        ]
        return models.merging(settings ?? key) { $1 }
    }

    func join(as identity: String, name: String = "") async throws {
        try await person.join(server, token: try await server.token(identity, name: name))
    }

    func say(_ text: String) async throws {
        try await person.say(
            try await SpokenConversation.sound(of: text, by: SpokenConversation.voices.person, at: home))
    }

    /// Waits until an answer was heard that begins after `body` has.
    func answered(_ body: () async throws -> Void) async throws {
        // Before anybody is there, nothing is written down.
        let before = log.outputSoFar.isEmpty ? 0 : SpokenConversation.finished(try turns)
        try await body()
        try await until { SpokenConversation.finished($0) > before }
    }

    /// What the companion said, as the program shows it.
    var answers: [String] {
        program.outputSoFar.split(separator: "\n").filter { $0.hasPrefix("companion") }.map(String.init)
    }
}
