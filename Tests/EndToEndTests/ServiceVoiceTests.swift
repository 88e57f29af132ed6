import Foundation
import TestSupport
import Testing

/// The daemon's ears, at a sound server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ServiceVoiceTests {
    /// Asks the server until it says so.
    private func until(_ server: SoundServer, _ isSo: @Sendable (SoundServer) async throws -> Bool) async throws {
        while try await !isSo(server) { try Task.checkCancellation() }
    }

    private static func listens(_ server: SoundServer) async throws -> Bool {
        try await server.ask("list", "source-outputs").contains("companion-edge")
    }

    private static func speaks(_ server: SoundServer) async throws -> Bool {
        try await server.ask("list", "sink-inputs").contains("companion-edge")
    }

    private func settings(_ server: SoundServer) throws -> [String: String] {
        server.environment.merging([
            "COMPANION_VOICE": "open", "COMPANION_MICROPHONE": "alsa:mic", "COMPANION_LOUDSPEAKER": "alsa:speaker",
            "COMPANION_MODELS_DIR": try SpeechModels.ready().path,
        ]) { $1 }
    }

    @Test("a microphone that was turned off is off after a restart: the device is not even opened; 'talk' finds it off as well")
    func muted() async throws {
        let (home, server) = (try Home(), try await SoundServer())
        let settings = try settings(server)
        #expect(try await home.command("users", "add", "Amina").status == 0)
        let first = try await home.daemon(environment: settings)
        try await until(server, Self.listens)
        let mute = try await home.command("voice", "mute")
        #expect(mute.status == 0 && mute.output.contains("The microphone is off"))
        try await until(server) { try await !Self.listens($0) }
        // Not even a crash makes it forget.
        first.send(signal: SIGKILL)
        _ = await first.ended()
        try await until(server) { try await !Self.speaks($0) }

        let second = try await home.daemon(environment: settings)
        try await until(server, Self.speaks)
        try await until(server) { _ in try await home.command("voice", "status").output.hasPrefix("listening") }
        let status = try await home.command("voice", "status", "--json")
        #expect(status.output.contains("\"muted\" : true") || status.output.contains("\"muted\":true"), "\(status.output)")
        #expect(try await !Self.listens(server))
        #expect(try await home.command("voice", "unmute").status == 0)
        try await until(server, Self.listens)
        #expect(try await home.command("voice", "mute").status == 0)
        second.send(signal: SIGTERM)
        #expect(await second.ended().status == 0)

        let talk = try home.start("talk", environment: settings)
        #expect(await talk.errors(contain: "'companion-edge voice unmute' turns it on"))
        try await until(server, Self.speaks)
        #expect(try await !Self.listens(server))
        talk.send(signal: SIGINT)
        #expect(await talk.ended().status == 130)
    }

    @Test("while sound devices keep the daemon waiting it says so, and answers in text; then it listens again")
    func stuck() async throws {
        let (home, server) = (try Home(), try await SoundServer())
        let trap = try await StuckSound(in: home.folder)
        let settings = try settings(server).merging(trap.environment) { $1 }
        #expect(try await home.command("users", "add", "Amina").status == 0)
        let daemon = try await home.daemon(environment: settings)
        try await until(server, Self.listens)
        #expect(try await home.command("voice", "status").output.contains("went away") == false)
        trap.hold()
        try await until(server) { _ in
            let status = try await home.command("voice", "status").output
            return status.contains("the microphone is gone") && status.contains("the loudspeaker is gone")
        }
        let chat = try await home.command(["chat"], input: "I live in Lahore.\nWhere do I live?\n")
        #expect(chat.status == 0 && chat.output.contains("Lahore"), "\(chat.output)\(chat.errors)")
        trap.release()
        try await until(server) { _ in try await !home.command("voice", "status").output.contains("is gone") }
        try await until(server, Self.listens)
        let status = try await home.command("voice", "status").output
        #expect(status.hasPrefix("listening") && !status.contains("is gone") && status.contains("went away 2 times"), "\(status)")
        daemon.send(signal: SIGTERM)
        #expect(await daemon.ended().status == 0)
    }
}
