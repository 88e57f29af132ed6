import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20))) struct ServiceReminderTests {
    @Test("a reminder that comes due is told to the open conversation, once, and the log names no words of it")
    func announcesToChat() async throws {
        let home = try Home()
        _ = try await home.command("users", "add", "Amina")
        try await home.withDaemon { daemon in
            let chat = try home.start("chat")
            let added = try await home.command("reminders", "add", "drink the chai", "--in", "1s")
            #expect(added.status == 0, "\(added.errors)")
            #expect(await chat.errors(contain: "drink the chai"))
            chat.closeInput()
            let ended = await chat.ended()
            #expect(ended.status == 0)
            #expect(ended.errors.components(separatedBy: "drink the chai").count == 2)
            #expect(!daemon.errorsSoFar.contains("chai"))
            let list = try await home.command("reminders", "list", "--json")
            #expect(!list.output.contains("\"pending\""))
        }
    }

    @Test("one that came due while everything was off is told as late to the first conversation only", arguments: [true, false])
    func missed(withDaemon: Bool) async throws {
        let home = try Home()
        _ = try await home.command("users", "add", "Amina")
        _ = try await home.command("reminders", "add", "drink the chai", "--in", "1s")
        // Due, unheard: the daemon says so in its log.
        let daemon = try await home.daemon()
        #expect(await daemon.errors(contain: "a reminder is due"))
        if !withDaemon {
            daemon.send(signal: SIGTERM)
            #expect(await daemon.ended().status == 0)
        }
        let first = try home.start("chat")
        #expect(await first.errors(contain: "drink the chai"))
        first.closeInput()
        #expect(await first.ended().status == 0)
        let second = try await home.command("chat")
        #expect(!second.errors.contains("drink the chai"))
        daemon.send(signal: SIGTERM)
        _ = await daemon.ended()
    }
}
