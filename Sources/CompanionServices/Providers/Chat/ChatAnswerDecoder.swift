import LocalStore

/// Puts the pieces of a streamed answer together: words pass through, calls come out when they are whole.
struct ChatAnswerDecoder {
    /// A model that writes more than this into its calls has lost its way; in bytes.
    static let longestArguments = 64 << 10
    static let mostCalls = 16

    private struct OpenCall {
        var index: Int64?
        var id = ""
        var name = ""
        var arguments = ""
    }

    private var calls: [OpenCall] = []
    private var thoughts = ThoughtFilter()
    private var usage: TokenUsage?
    private var reason: ChatEnd.Reason?
    private(set) var isOver = false

    /// What one `data` of the stream holds.
    mutating func add(_ data: String) throws(LanguageModelError) -> [ChatEvent] {
        guard !isOver else { return [] }
        if data == "[DONE]" { return try end() }
        let chunk: JSONValue
        do {
            chunk = try JSONValue(parsing: data)
        } catch {
            throw .malformed("a piece of it is no JSON")
        }
        guard let fields = chunk.objectValue else { throw .malformed("a piece of it is no object") }
        if let error = fields["error"], error != .null { throw Self.problem(error) }
        if let counted = fields["usage"]?.objectValue { usage = TokenUsage(counted) }
        guard let choice = fields["choices"]?.arrayValue?.first?.objectValue else { return [] }
        var events: [ChatEvent] = []
        if let delta = (choice["delta"] ?? choice["message"])?.objectValue {
            if let written = delta["content"]?.stringValue {
                let words = thoughts.add(written)
                if !words.isEmpty { events.append(.text(words)) }
            }
            if let refusal = delta["refusal"]?.stringValue, !refusal.isEmpty { throw .filtered }
            for call in delta["tool_calls"]?.arrayValue ?? [] { try add(call: call.objectValue ?? [:]) }
        }
        if let text = choice["finish_reason"]?.stringValue { reason = ChatEnd.Reason(finish: text) }
        return events
    }

    /// The stream is over, whether or not the server said so: some leave the mark at the end out.
    mutating func end() throws(LanguageModelError) -> [ChatEvent] {
        guard !isOver else { return [] }
        guard let reason else { throw .cut }
        isOver = true
        let rest = thoughts.finish()
        let words = rest.isEmpty ? [] : [ChatEvent.text(rest)]
        let events = calls.filter { !$0.name.isEmpty }.enumerated().map { number, call in
            // A server that gives no id needs one all the same to be told what the call came to.
            ChatEvent.call(
                ToolCall(id: call.id.isEmpty ? "call_\(number)" : call.id, name: call.name, arguments: call.arguments))
        }
        let end = events.isEmpty ? (reason == .calls ? .stop : reason) : .calls
        return words + events + [.finished(ChatEnd(reason: end, usage: usage))]
    }

    /// The pieces of a call share an index; servers that send whole calls may leave it out.
    private mutating func add(call fields: [String: JSONValue]) throws(LanguageModelError) {
        let index = fields["index"]?.intValue
        let id = fields["id"]?.stringValue ?? ""
        let function = fields["function"]?.objectValue ?? [:]
        let position: Int
        if let known = calls.firstIndex(where: {
            index != nil && $0.index == index && (id.isEmpty || $0.id.isEmpty || $0.id == id)
        }) {
            position = known
        } else if index == nil, id.isEmpty, function["name"]?.stringValue?.isEmpty ?? true, !calls.isEmpty {
            position = calls.count - 1
        } else {
            guard calls.count < Self.mostCalls else { throw .malformed("it makes more than \(Self.mostCalls) calls at once") }
            calls.append(OpenCall(index: index))
            position = calls.count - 1
        }
        if !id.isEmpty { calls[position].id = id }
        // A name comes whole; a server that repeats it with each piece does not mean it twice.
        if let name = function["name"]?.stringValue, !name.isEmpty { calls[position].name = name }
        switch function["arguments"] {
        case .string(let piece)?: calls[position].arguments += piece
        case .object(let whole)?: calls[position].arguments = JSONValue.object(whole).text
        default: break
        }
        guard calls[position].arguments.utf8.count <= Self.longestArguments else {
            throw .malformed("the arguments of a call do not end")
        }
    }

    private static func problem(_ error: JSONValue) -> LanguageModelError {
        let fields = error.objectValue ?? [:]
        if let status = fields["code"]?.intValue, status >= 500 { return .serverFailed(status: Int(status)) }
        return ChatFailure(body: .object(["error": error])).isAboutLength ? .contextTooLong : .cut
    }
}

extension TokenUsage {
    fileprivate init(_ fields: [String: JSONValue]) {
        func count(_ value: JSONValue?) -> Int { Int(clamping: max(0, value?.intValue ?? 0)) }
        self.init(
            prompt: count(fields["prompt_tokens"]), answer: count(fields["completion_tokens"]),
            cached: count(fields["prompt_tokens_details"]?.objectValue?["cached_tokens"]))
    }
}

extension ChatEnd.Reason {
    fileprivate init(finish: String) {
        switch finish {
        case "length": self = .length
        case "tool_calls", "function_call": self = .calls
        case "content_filter": self = .filtered
        default: self = .stop
        }
    }
}
