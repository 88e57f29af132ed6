import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// The client of the chat interface against a server that speaks it over a real socket.
@Suite(.timeLimit(.minutes(5))) struct OpenAIChatModelTests {
    private func model(_ server: ScriptedModels, key: String? = nil, name: String = "scripted-1") throws -> OpenAIChatModel {
        let address = try #require(URL(string: server.address + "/"))
        return OpenAIChatModel(
            server: ModelServer(address: address, key: key.map { Secret($0) }, model: name), transport: try CurlTransport())
    }

    private func ask(_ model: OpenAIChatModel, _ text: String = "Hello", tools: [ChatTool] = []) async throws -> [ChatEvent] {
        var events: [ChatEvent] = []
        for try await event in model.answer(ChatRequest(messages: [.system("Be kind."), .user(text)], tools: tools)) {
            events.append(event)
        }
        return events
    }

    private func words(_ events: [ChatEvent]) -> String {
        events.map { if case .text(let piece) = $0 { piece } else { "" } }.joined()
    }

    @Test("an answer comes in pieces, with what it cost, compressed or not, over one connection")
    func streaming() async throws {
        let server = try await ScriptedModels(key: "sk-right")
        let model = try model(server, key: "sk-right")
        for fault in [nil, "gzip", nil] {
            try await server.next(faults: [fault], answers: ["سلام، how are you today?"])
            let events = try await ask(model)
            #expect(words(events) == "سلام، how are you today?")
            #expect(events.count > 3)
            guard case .finished(let end)? = events.last else { Issue.record("no end: \(events)"); continue }
            #expect(end.reason == .stop)
            #expect(end.usage?.answer ?? 0 > 0)
        }
        let asked = try await server.asked()
        #expect(asked.allSatisfy { $0.authorization == "Bearer sk-right" })
        #expect(asked.first?.messages.map(\.role) == ["system", "user"])
        #expect(asked.first?.body.objectValue?["stream"] == true)
        #expect(try await server.connections() == 1)
    }

    @Test("calls are given whole, with what the server was told of the tools")
    func calling() async throws {
        let server = try await ScriptedModels()
        let call: JSONValue = ["name": "storeInMemory", "arguments": ["category": "FACT", "key": "city", "value": "لاہور"]]
        try await server.next(answers: [["text": "One moment.", "calls": [call]]])
        let tool = ChatTool(name: "storeInMemory", purpose: "Stores.", parameters: ["type": "object"])
        let events = try await ask(try model(server), tools: [tool])
        #expect(words(events) == "One moment.")
        let calls = events.compactMap { if case .call(let call) = $0 { call } else { nil } }
        #expect(calls.map(\.name) == ["storeInMemory"])
        let arguments = try JSONValue(parsing: calls.first?.arguments ?? "")
        #expect(arguments.objectValue?["value"] == "لاہور")
        #expect(events.last == .finished(ChatEnd(reason: .calls, usage: TokenUsage(prompt: 3, answer: 0, cached: 0))))
        let told = try await server.asked().first?.body.objectValue?["tools"]?.arrayValue?.first?.objectValue
        #expect(told?["function"]?.objectValue?["name"] == "storeInMemory")
    }

    @Test(
        "what goes wrong says what to do about it",
        arguments: [
            ("unauthorized", LanguageModelError.keyRefused(setting: "OPENAI_API_KEY")),
            ("forbidden", .keyRefused(setting: "OPENAI_API_KEY")), ("endless-whole", .malformed("it does not end")),
            ("unknown-model", .unknownModel("scripted-1", setting: "OPENAI_MODEL")),
            ("busy", .rateLimited(retryAfter: .seconds(7), isUsedUp: false)),
            ("used-up", .rateLimited(retryAfter: nil, isUsedUp: true)), ("trouble", .serverFailed(status: 500)),
            ("too-long", .contextTooLong), ("cut", .cut), ("filtered", .filtered),
        ])
    func troubles(fault: String, expected: LanguageModelError) async throws {
        let server = try await ScriptedModels()
        try await server.next(faults: [fault], answers: ["One two three four five six."])
        do {
            let events = try await ask(try model(server, key: "sk-very-secret"))
            // A filtered answer ends as one; whoever asked decides.
            #expect(fault == "filtered" && events.last == .finished(ChatEnd(reason: .filtered, usage: usage(events))))
        } catch let error as LanguageModelError {
            #expect(error == expected)
            #expect(!"\(error)".contains("secret"))
        }
    }

    @Test("each error names the setting to be changed and shows neither a key nor a password")
    func words() async throws {
        let server = try await ScriptedModels(key: "sk-right")
        let address = try #require(URL(string: server.address))
        let transport = try CurlTransport()
        func said(_ key: String?, _ model: String = "scripted-1", at path: String = "") async -> String {
            let place = ModelServer(
                address: address.appending(path: path), key: key.map { Secret($0) }, model: model,
                keySetting: "COMPANION_SPEECH_KEY", modelSetting: "COMPANION_SPEECH_MODEL")
            do throws(LanguageModelError) {
                try await OpenAIChatModel(server: place, transport: transport).check()
                return "fine"
            } catch {
                return "\(error)"
            }
        }
        // Listing models needs no key at this server, as with llama.cpp.
        #expect(await said(nil) == "fine")
        #expect(await said("sk-right", "none-such").contains("COMPANION_SPEECH_MODEL"))
        #expect(await said("sk-right", at: "nowhere").contains("nothing is at"))
        for (key, words) in [("sk-hush", "the key in COMPANION_SPEECH_KEY"), (nil, "Set COMPANION_SPEECH_KEY")] {
            let place = ModelServer(
                address: address, key: key.map { Secret($0) }, model: "scripted-1", keySetting: "COMPANION_SPEECH_KEY")
            let error = await #expect(throws: LanguageModelError.self) {
                try await ask(OpenAIChatModel(server: place, transport: try CurlTransport()))
            }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains(words) && !text.contains("hush"), "\(text)")
        }
        let secret = try #require(URL(string: "http://me:hush@127.0.0.1:\(server.port)/elsewhere"))
        let error = await #expect(throws: LanguageModelError.self) {
            try await ask(
                OpenAIChatModel(
                    server: ModelServer(address: secret, key: Secret("sk-right"), model: "scripted-1"),
                    transport: try CurlTransport()))
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("127.0.0.1") && !text.contains("hush"), "\(text)")
    }

    @Test("what a model thinks aloud is no part of its answer")
    func thinking() async throws {
        let server = try await ScriptedModels()
        try await server.next(faults: ["thinking"], answers: ["Good evening, how was your day?"])
        let words = try await ask(try model(server)).compactMap { if case .text(let words) = $0 { words } else { nil } }
        #expect(words.joined().trimmingCharacters(in: .whitespacesAndNewlines) == "Good evening, how was your day?")
    }

    private func usage(_ events: [ChatEvent]) -> TokenUsage? {
        if case .finished(let end)? = events.last { end.usage } else { nil }
    }

    @Test("a login page, another address, broken JSON and nobody at all are no answers")
    func strangers() async throws {
        let server = try await ScriptedModels()
        try await server.next(faults: ["wrong-type", "redirect", "bad-json"], answers: ["a b c d", "a b c d"])
        for _ in 0..<2 {
            await #expect {
                try await ask(try model(server))
            } throws: { error in
                if case LanguageModelError.notTheService = error { true } else { false }
            }
        }
        await #expect(throws: LanguageModelError.malformed("a piece of it is no JSON")) { try await ask(try model(server)) }
        let nobody = try #require(URL(string: "http://127.0.0.1:9/v1"))
        let lonely = OpenAIChatModel(server: ModelServer(address: nobody, key: nil, model: "x"), transport: try CurlTransport())
        await #expect {
            try await ask(lonely)
        } throws: { error in
            if case LanguageModelError.network(.unreachable) = error { true } else { false }
        }
    }

    @Test("whoever stops reading stops the request at once")
    func stopping() async throws {
        let server = try await ScriptedModels()
        try await server.next(faults: ["slow"])
        let model = try model(server)
        let asking = Task { try await ask(model) }
        try await server.waitUntilAsked()
        asking.cancel()
        #expect(try await asking.value.isEmpty)
    }

    @Test("a server is found where one answers, with the first model that can talk")
    func finding() async throws {
        let server = try await ScriptedModels()
        let addresses = [9, server.port].compactMap { URL(string: "http://127.0.0.1:\($0)/v1") }
        let finder = ModelServerFinder(
            addresses: addresses, wanted: nil, modelSetting: "COMPANION_LOCAL_MODEL", transport: try CurlTransport())
        #expect(await finder.model()?.name == "scripted-1")
        let nobody = ModelServerFinder(
            addresses: Array(addresses.prefix(1)), wanted: nil, modelSetting: "COMPANION_LOCAL_MODEL",
            transport: try CurlTransport())
        #expect(await nobody.model() == nil)
    }
}
