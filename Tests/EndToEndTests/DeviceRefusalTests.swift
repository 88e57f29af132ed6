import Foundation
import TestSupport
import Testing

/// Microphones that cannot be had: what is said of it, and what goes on without one.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DeviceRefusalTests {
    private func settings(_ server: SoundServer, _ more: [String: String] = [:]) throws -> [String: String] {
        server.environment.merging([
            "COMPANION_MICROPHONE": "alsa:guarded", "COMPANION_LOUDSPEAKER": "alsa:speaker",
            "COMPANION_MODELS_DIR": try SpeechModels.ready().path,
        ]) { $1 }.merging(more) { $1 }
    }

    @Test(
        "a microphone that another program has, or that this user may not use, is named with what to do; text works",
        arguments: [
            (SoundDoor.Refusal.busy, 75, "in use by another program", "fuser -v /dev/snd/*"),
            (.notPermitted, 77, "may not use the microphone", "usermod -aG audio"),
        ])
    func refused(refusal: SoundDoor.Refusal, status: Int32, what: String, advice: String) async throws {
        var home = try Home()
        let server = try await SoundServer()
        let door = try await server.addGuardedMicrophone()
        home.settings = try settings(server)
        try door.shut(refusal)
        for command in [["talk"], ["devices", "test", "--seconds", "1"]] {
            let ended = try await home.command(command)
            #expect(ended.status == status, "\(command): \(ended.status)")
            #expect(ended.errors.contains(what) && ended.errors.contains(advice), "\(command): \(ended.errors)")
        }
        let chat = try await home.command(["chat"], input: "My sister is called Zainab.\nWhat is my sister's name?\n")
        #expect(chat.status == 0 && chat.output.contains("Zainab"), "\(chat.output)")
    }

    @Test(
        "the daemon answers in text while its microphone is in use elsewhere, says why it does not listen, and listens once it is free"
    )
    func daemon() async throws {
        var home = try Home()
        let server = try await SoundServer()
        let door = try await server.addGuardedMicrophone()
        home.settings = try settings(server, ["COMPANION_VOICE": "open"])
        try door.shut(.busy)
        #expect(try await home.command("users", "add", "Amina").status == 0)
        try await home.withDaemon { daemon in
            var status = ""
            while !status.contains("in use by another program") {
                try Task.checkCancellation()
                status = try await home.command("voice", "status").output
            }
            let chat = try await home.command(["chat"], input: "I live in Lahore.\nWhere do I live?\n")
            #expect(chat.status == 0 && chat.output.contains("Lahore"), "\(chat.output)\(chat.errors)")
            try door.open()
            while !status.hasPrefix("listening") {
                try Task.checkCancellation()
                status = try await home.command("voice", "status").output
            }
            #expect(!status.contains("in use"), "\(status)")
            #expect(try await server.ask("list", "source-outputs").contains("companion-edge"))
        }
    }
}
