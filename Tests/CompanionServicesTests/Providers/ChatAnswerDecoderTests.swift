import Testing

@testable import CompanionServices

@Suite struct ChatAnswerDecoderTests {
    private func read(_ pieces: String...) throws -> [ChatEvent] {
        var decoder = ChatAnswerDecoder()
        var events: [ChatEvent] = []
        for piece in pieces { events += try decoder.add(piece) }
        return decoder.isOver ? events : events + (try decoder.end())
    }

    private func delta(_ content: String, finish: String = "null") -> String {
        #"{"choices":[{"index":0,"delta":{\#(content)},"finish_reason":\#(finish)}]}"#
    }

    @Test("words pass through, and usage is counted")
    func words() throws {
        let events = try read(
            delta(#""role":"assistant","content":"""#), delta(#""content":"Hel""#), delta(#""content":"lo""#),
            delta("", finish: #""stop""#),
            #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}"#,
            "[DONE]")
        let usage = TokenUsage(prompt: 9, answer: 2, cached: 4)
        #expect(events == [.text("Hel"), .text("lo"), .finished(ChatEnd(reason: .stop, usage: usage))])
    }

    @Test("calls are put together from their pieces, two at a time")
    func calls() throws {
        let events = try read(
            delta(#""tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]"#),
            delta(#""tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"x\""}}]"#),
            delta(#""tool_calls":[{"index":0,"function":{"arguments":"{}"}},{"index":1,"function":{"arguments":":1}"}}]"#),
            delta("", finish: #""tool_calls""#), "[DONE]")
        #expect(
            events == [
                .call(ToolCall(id: "a", name: "f", arguments: "{}")),
                .call(ToolCall(id: "b", name: "g", arguments: #"{"x":1}"#)),
                .finished(ChatEnd(reason: .calls)),
            ])
    }

    @Test("servers that send whole calls without index or id, and arguments as an object, are understood")
    func otherServers() throws {
        let events = try read(
            delta(#""tool_calls":[{"function":{"name":"f","arguments":{"x":1}}},{"function":{"name":"g","arguments":"{}"}}]"#),
            delta("", finish: #""stop""#))
        #expect(
            events == [
                .call(ToolCall(id: "call_0", name: "f", arguments: #"{"x":1}"#)),
                .call(ToolCall(id: "call_1", name: "g", arguments: "{}")),
                .finished(ChatEnd(reason: .calls)),
            ])
    }

    @Test("a stream without an end, broken JSON, and errors in the middle are told apart")
    func troubles() throws {
        #expect(throws: LanguageModelError.cut) { try read(delta(#""content":"a""#)) }
        #expect(throws: LanguageModelError.self) { try read(#"{"choices":[{"delta":{"con"#) }
        #expect(throws: LanguageModelError.serverFailed(status: 503)) { try read(#"{"error":{"code":503,"message":"x"}}"#) }
        #expect(throws: LanguageModelError.filtered) { try read(delta(#""refusal":"No.""#)) }
        // A mark at the end is missing, but the server said that it was done.
        #expect(try read(delta(#""content":"a""#, finish: #""stop""#)) == [.text("a"), .finished(ChatEnd(reason: .stop))])
    }

    @Test("calls that do not end are given up")
    func endlessCall() throws {
        var decoder = ChatAnswerDecoder()
        _ = try decoder.add(delta(#""tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]"#))
        let piece = String(repeating: "x", count: 10_000)
        #expect(throws: LanguageModelError.self) {
            for _ in 0..<10 {
                _ = try decoder.add(delta(#""tool_calls":[{"index":0,"function":{"arguments":"\#(piece)"}}]"#))
            }
        }
    }
}
