import Foundation
import LocalStore
import Testing
import TestSupport

@testable import companion_edge

@Suite struct ChatCommandTests {
    private let house: CommandHouse

    init() throws {
        house = try CommandHouse()
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test("in a pipe every line gets exactly one line, empty ones none, and nothing else is written")
    func oneLineEach() async throws {
        let outcome = try await house.run(
            "chat", input: "/help\n\n   \nhello\r\nمیرا نام آمنہ ہے\n/nonsense\n\u{7}\nlast without newline")
        #expect(outcome.status == .ok)
        let answers = lines(outcome.output)
        #expect(answers.count == 5)
        #expect(answers.allSatisfy { !$0.isEmpty })
        #expect(answers.first?.contains("/memories") == true)
        #expect(answers[3].contains("There is no command /nonsense"))
    }

    @Test("damaged lines are answered, with a word about it beside")
    func damaged() async throws {
        let input = PreparedInput(chunks: [Array("/langu".utf8), [0xC3], Array("age\n/reminders\u{0}\n".utf8)])
        let outcome = try await house.run(["chat"], input: input)
        #expect(outcome.status == .ok)
        #expect(lines(outcome.output).count == 2)
        #expect(outcome.errors.contains("not UTF-8") && outcome.errors.contains("control characters"))
    }

    @Test("a line of a megabyte gets an answer and is not kept in part")
    func megabyte() async throws {
        let outcome = try await house.run("chat", input: String(repeating: "word ", count: 209_716) + "\n/reminders\n")
        #expect(outcome.status == .ok)
        #expect(lines(outcome.output).count == 2)
        #expect(lines(outcome.output)[1] == "There are no reminders.")
        #expect(try await house.run("history", "export").output.utf8.count < 100_000)
    }

    @Test("/quit ends it, and what follows is not read as said")
    func quit() async throws {
        let outcome = try await house.run("chat", input: "/reminders\n/quit\n/reminders\n")
        #expect(outcome.status == .ok)
        #expect(lines(outcome.output).count == 1)
    }

    @Test("an empty store gets its person, by the name given if one is")
    func newPerson() async throws {
        #expect(try await house.run("chat", "--user", "Amina", input: "").status == .ok)
        #expect(try await house.run("users", "--json").json()[0]?["name"]?.text == "Amina")
        #expect(try await house.run("chat", "--user", "Bilal", input: "").status == .usage)
        let id = "8a6e0804-2bd0-4672-b79d-d97027f9071a"
        #expect(try await house.run("chat", "--user", id, input: "").status == .ok)
        #expect(try await house.run("users", "--json").json().count == 2)
    }

    @Test("memories are shown and forgotten by words, by category and key, and asked about when several fit")
    func memories() async throws {
        try await house.run("memory", "add", "relationship", "sister_name", "Amna")
        try await house.run("memory", "add", "relationship", "sister_city", "Quetta")
        try await house.run("memory", "add", "fact", "location", "Lahore")
        let outcome = try await house.run(
            "chat",
            input: """
                /memories
                /memories fact
                /forget sister
                /forget lahore
                /forget relationship sister_city
                /forget zeppelin
                /forget
                /memories relationship

                """)
        let answers = lines(outcome.output)
        try #require(answers.count == 8)
        #expect(answers[0].contains("sister_name: Amna") && answers[0].contains("location: Lahore"))
        #expect(answers[1] == "FACT location: Lahore")
        #expect(answers[2].hasPrefix("Which one?"))
        #expect(answers[3] == "Forgotten: FACT location: Lahore")
        #expect(answers[4] == "Forgotten: RELATIONSHIP sister_city: Quetta")
        #expect(answers[5] == "I know nothing about that.")
        #expect(answers[6].hasPrefix("What?"))
        #expect(answers[7] == "RELATIONSHIP sister_name: Amna")
    }

    @Test("the language is kept for the person")
    func language() async throws {
        let first = try await house.run("chat", input: "/language\n/language ur\n/language fr\n")
        #expect(lines(first.output)[0].contains("auto"))
        #expect(lines(first.output)[2].contains("not one of"))
        let second = try await house.run("chat", input: "/language\n/language auto\n/language\n")
        #expect(lines(second.output)[0].contains("is ur"))
        #expect(lines(second.output)[2].contains("is auto"))
    }

    @Test("SIGTERM ends the waiting, in order")
    func terminated() async throws {
        let (signals, send) = AsyncStream.makeStream(of: CommandSignal.self)
        send.yield(.terminate)
        let outcome = try await house.run(["chat"], input: SilentInput(), signals: signals)
        #expect(outcome.status == .terminated)
        #expect(outcome.errors.isEmpty)
    }

    @Test("a failing output ends it with a status")
    func failingOutput() async throws {
        var context = try house.context()
        context.output = FailingOutput()
        context.input = PreparedInput(chunks: [Array("/help\n".utf8)])
        let request = CommandRequest(arguments: ["chat"], workingDirectory: "/", terminal: .none)
        let status = await CommandRunner.run(request, in: context)
        try await context.households.release()
        #expect(status == .io)
    }
}

/// A pipe whose reader is gone.
private struct FailingOutput: CommandOutput {
    func write(_ bytes: [UInt8]) async throws { throw OutputClosed(code: EPIPE) }
}
