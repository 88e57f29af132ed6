import Foundation
import Glibc
import LocalStore
import TestSupport
import Testing

/// Conversations through the program with model servers above its own mind, which fail as servers do.
@Suite(.timeLimit(.minutes(10))) struct ModelChatTests {
    private struct Said: Decodable {
        var role: String
        var text: String
    }

    private struct Row: Decodable {
        var category: String
        var key: String
        var value: String
    }

    @Test("thirty turns with faults at random: each is answered, everything said is stored once, and each answer is explained")
    func thirtyTurns() async throws {
        let (first, second) = (try await ScriptedModels(key: "sk-test"), try await ScriptedModels())
        try await first.trouble(seed: 11, share: 0.7)
        try await second.trouble(seed: 12, share: 0.3)
        var home = try Home()
        home.settings = [
            "OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": first.address, "COMPANION_MODEL_SERVER": second.address,
            "COMPANION_LANGUAGE": "en",
        ]
        let lines = ThirtyTurns.script.flatMap { [$0.say, "/why"] }
        let ended = try await home.command("chat", input: lines.joined(separator: "\n") + "\n")
        #expect(ended.status == 0, "\(ended.errors)")
        let output = ended.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        try #require(output.count == lines.count, "each line has one line of answer: \(ended.output) \(ended.errors)")
        var answers: [String] = []
        for (turn, step) in ThirtyTurns.script.enumerated() {
            let (answer, why) = (output[2 * turn], output[2 * turn + 1])
            answers.append(answer)
            #expect(!answer.isEmpty, "\(step.say)")
            #expect(why.contains("You said: \(step.say)") && why.contains("· asked "), "\(step.say): \(why)")
        }
        // What was said, by both, is there once and in order.
        let export = try await home.command("history", "export")
        let said = try export.output.split(separator: "\n").map { try JSONDecoder().decode(Said.self, from: Data($0.utf8)) }
        #expect(said.filter { $0.role == "user" }.map(\.text) == ThirtyTurns.script.map(\.say))
        let spoken = said.filter { $0.role == "assistant" }.map(\.text)
        #expect(Array(spoken.prefix(answers.count)) == answers, "only the goodbye may follow")
        // And so is what was learnt.
        let list = try await home.command("memory", "list", "--json", "--limit", "1000")
        let rows = try JSONDecoder().decode([Row].self, from: Data(list.output.utf8))
        for step in ThirtyTurns.script {
            guard let slot = step.slot else { continue }
            let found = rows.filter { "\($0.category)/\($0.key)" == slot }
            #expect(found.count == 1, "\(slot): \(rows)")
            if let value = step.value { #expect(found.first?.value == value) }
        }
        // Both servers were asked, both answered and failed; the key went to one of them only.
        let (asked, nearby) = (try await first.asked(), try await second.asked())
        #expect(asked.contains { $0.fault != nil } && asked.contains { $0.fault == nil })
        #expect(!nearby.isEmpty && nearby.allSatisfy { $0.authorization == nil })
        let kinds = Set(output.enumerated().filter { $0.offset % 2 == 1 }.flatMap { Self.outcomes(in: $0.element) })
        #expect(kinds.isSuperset(of: ["answered", "failed"]), "\(kinds)")
    }

    private static func outcomes(in why: String) -> [String] {
        ["answered", "failed", "was too late", "began and did not end", "was not asked"].filter(why.contains)
    }

    @Test("a stall in the cloud is answered here within a moment")
    func stall() async throws {
        let server = try await ScriptedModels()
        try await server.always(fault: "cut", answer: "one two three four five six seven eight nine ten")
        var home = try Home()
        home.settings = ["OPENAI_BASE_URL": server.address, "COMPANION_LANGUAGE": "en"]
        let ended = try await home.command("chat", "tell me about your day")
        #expect(ended.status == 0 && ended.output.hasPrefix("one two three"), "\(ended.output) \(ended.errors)")
        #expect(ended.output.contains("I lost the thread there."))
    }

    @Test("a model server at home is asked when the first one fails, is named by /why, and listed by doctor")
    func realServer() async throws {
        let (first, second) = (try await ScriptedModels(), try await LocalModelServer())
        try await first.always(fault: "trouble")
        var home = try Home()
        home.settings = [
            "OPENAI_BASE_URL": first.address, "COMPANION_MODEL_SERVER": second.address, "COMPANION_LANGUAGE": "en",
            // It reads slowly where others work beside it.
            "COMPANION_MODEL_PATIENCE_MS": "20000",
        ]
        let ended = try await home.command("chat", input: "I went to the park\n/why\n")
        let output = ended.output.split(separator: "\n").map(String.init)
        try #require(ended.status == 0 && output.count >= 2, "\(ended)")
        #expect(!output[0].isEmpty)
        #expect(output[1].contains("asked local server (scripted-1): failed, server in trouble (500)"), "\(output[1])")
        #expect(output[1].contains("asked local server (\(LocalModelServer.model)): "), "\(output[1])")
        let doctor = try await home.command("doctor")
        #expect(doctor.output.contains("local server: \(LocalModelServer.model) at 127.0.0.1:\(second.port)"), "\(doctor.output)")
    }

    @Test("killed while a model is asked, what was said and learnt is there once, and the next start answers nothing twice")
    func killedBetween() async throws {
        let server = try await ScriptedModels()
        try await server.next(faults: ["slow"])
        try await server.always(answer: "I am glad that you are back.")
        var home = try Home()
        home.settings = [
            "OPENAI_BASE_URL": server.address, "COMPANION_MODEL_PATIENCE_MS": "30000", "COMPANION_LANGUAGE": "en",
        ]
        let chat = try home.start("chat")
        chat.write("my name is Sana and I live in Lahore\n")
        try await server.waitUntilAsked()
        chat.send(signal: SIGKILL)
        _ = await chat.ended()
        func said() async throws -> [Said] {
            try await home.command("history", "export").output.split(separator: "\n").map {
                try JSONDecoder().decode(Said.self, from: Data($0.utf8))
            }
        }
        let first = try await said()
        #expect(first.map(\.role) == ["user"] && first.map(\.text) == ["my name is Sana and I live in Lahore"], "\(first)")
        let list = try await home.command("memory", "list", "--json")
        let rows = try JSONDecoder().decode([Row].self, from: Data(list.output.utf8))
        #expect(rows.filter { $0.key == "name" }.map(\.value) == ["Sana"], "\(rows)")
        let next = try await home.command("chat", input: "I went to the park\n")
        #expect(next.status == 0 && next.output.contains("I am glad that you are back."), "\(next)")
        let all = try await said()
        #expect(all.filter { $0.role == "user" }.count == 2)
        let answers = all.filter { $0.text == "I am glad that you are back." }
        #expect(answers.count == 1, "\(all)")
        #expect(
            all.prefix(3).map(\.role) == ["user", "user", "assistant"], "what was not answered then is not answered now: \(all)")
    }

    @Test("a budget that is spent is said once, kept over a restart, and shown by status and doctor")
    func budget() async throws {
        let nearby = try await ScriptedModels()
        try await nearby.always(answer: "I am the one next door.")
        var home = try Home()
        // An address at home would be no cloud.
        home.settings = [
            "OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": "https://models.invalid/v1", "COMPANION_MODEL_SERVER": nearby.address,
            "COMPANION_LANGUAGE": "en", "COMPANION_DAILY_TOKENS": "0",
        ]
        let first = try await home.command("chat", "I went to the park")
        #expect(first.output.contains("budget") && first.output.contains("I am the one next door."), "\(first)")
        let second = try await home.command("chat", input: "it was lovely there\n/why\n")
        #expect(!second.output.contains("budget for the cloud"), "\(second)")
        #expect(second.output.contains("cloud: was not asked, the day's 0 tokens are spent"), "\(second)")
        let status = try await home.command("status")
        #expect(status.output.contains("0 of 0 tokens and 0.00 today; that is all until midnight"), "\(status)")
        let doctor = try await home.command("doctor", "--offline")
        #expect(doctor.output.contains("COMPANION_DAILY_TOKENS"), "\(doctor)")
    }

    @Test("doctor names the models, and the setting that is wrong, without showing a key")
    func doctor() async throws {
        let server = try await ScriptedModels(key: "sk-right")
        var home = try Home()
        home.settings = ["OPENAI_BASE_URL": server.address, "OPENAI_API_KEY": "sk-right"]
        let fine = try await home.command("doctor")
        #expect(fine.output.contains("language: local server: scripted-1 at 127.0.0.1:\(server.port)"), "\(fine.output)")
        home.settings = ["OPENAI_BASE_URL": server.address, "OPENAI_API_KEY": "sk-right", "OPENAI_MODEL": "none-such"]
        let unknown = try await home.command("doctor")
        #expect(unknown.output.contains("no model 'none-such'") && unknown.output.contains("OPENAI_MODEL"), "\(unknown.output)")
        try await server.always(fault: "closed")
        home.settings = ["OPENAI_BASE_URL": server.address, "OPENAI_API_KEY": "sk-hush"]
        let closed = try await home.command("doctor")
        #expect(closed.output.contains("OPENAI_API_KEY") && !(closed.output + closed.errors).contains("hush"), "\(closed.output)")
        home.settings = ["COMPANION_MODEL_SERVER": server.address]
        let keyless = try await home.command("doctor")
        #expect(keyless.output.contains("wants a key") && keyless.output.contains("OPENAI_BASE_URL"), "\(keyless.output)")
        home.settings = ["OPENAI_BASE_URL": "models.example.org/v1"]
        let nameless = try await home.command("config", "check")
        #expect(nameless.status != 0 && (nameless.output + nameless.errors).contains("OPENAI_BASE_URL"), "\(nameless)")
        home.settings = ["OPENAI_BASE_URL": "http://models.example.org/v1"]
        let plain = try await home.command("config", "check")
        #expect(plain.status != 0 && (plain.output + plain.errors).contains("COMPANION_ALLOW_PLAIN_HTTP"), "\(plain)")
    }
}
