import LocalStore

extension ChatRequest {
    /// The body of a request for a streamed answer.
    func wire(for server: ModelServer) -> JSONValue {
        var body: [String: JSONValue] = [
            "model": .string(server.model), "messages": .array(messages.map(\.wire)), "stream": true,
            "stream_options": ["include_usage": true], "temperature": .double(temperature),
            server.answerLimitField: .int(Int64(answerTokens)),
        ]
        if !tools.isEmpty { body["tools"] = .array(tools.map(\.wire)) }
        if let schema {
            body["response_format"] = [
                "type": "json_schema", "json_schema": ["name": .string(schema.name), "strict": true, "schema": schema.schema],
            ]
        }
        return .object(body)
    }
}

extension ChatMessage {
    fileprivate var wire: JSONValue {
        switch self {
        case .system(let text): ["role": "system", "content": .string(text)]
        case .user(let text): ["role": "user", "content": .string(text)]
        case .assistant(let text): ["role": "assistant", "content": .string(text)]
        case .calls(let text, let calls):
            [
                "role": "assistant", "content": text.isEmpty ? .null : .string(text),
                "tool_calls": .array(
                    calls.map { call in
                        [
                            "id": .string(call.id), "type": "function",
                            "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
                        ]
                    }),
            ]
        case .result(let callID, let text): ["role": "tool", "tool_call_id": .string(callID), "content": .string(text)]
        }
    }
}

extension ChatTool {
    fileprivate var wire: JSONValue {
        [
            "type": "function",
            "function": ["name": .string(name), "description": .string(purpose), "parameters": parameters, "strict": true],
        ]
    }
}
