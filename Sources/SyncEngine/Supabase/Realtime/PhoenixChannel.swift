import LocalStore

/// One private Realtime topic over Phoenix's protocol (version 1.0.0), as a pure value: what to send, and what an arrival means.
struct PhoenixChannel: Sendable {
    enum Arrival: Sendable, Equatable {
        /// The topic is ours: from now on broadcasts come.
        case joined
        /// The server will not let us in, or put us out.
        case refused(String)
        /// Somebody says that there is something new.
        case broadcast(event: String)
        /// Nothing to do: a heartbeat's answer, another topic.
        case nothing
    }

    let topic: String
    private var reference = 0
    private var joinReference: String?
    /// The heartbeat that has not been answered yet.
    private var heartbeatReference: String?

    init(topic: String) {
        self.topic = "realtime:" + topic
    }

    /// Asks to be let into the topic, with the token that its row policies judge.
    mutating func join(token: AccessToken) -> String {
        let own = next()
        joinReference = own
        return message(
            topic, "phx_join",
            [
                "config": [
                    "broadcast": ["ack": false, "self": false], "presence": ["key": ""], "postgres_changes": [], "private": true,
                ],
                "access_token": .string(token.reveal()),
            ], reference: own)
    }

    /// Gives a newer token before the server closes the topic with the old one's end.
    mutating func renew(token: AccessToken) -> String {
        message(topic, "access_token", ["access_token": .string(token.reveal())], reference: next())
    }

    /// The sign of life that the server wants at least once a minute. Nil when the last one was never answered: then the
    /// connection is dead, whatever TCP thinks.
    mutating func heartbeat() -> String? {
        guard heartbeatReference == nil else { return nil }
        let own = next()
        heartbeatReference = own
        return message("phoenix", "heartbeat", [:], reference: own)
    }

    mutating func receive(_ text: String) -> Arrival {
        guard let fields = try? JSONValue(parsing: text).objectValue, let event = fields["event"]?.stringValue,
            let from = fields["topic"]?.stringValue
        else { return .nothing }
        let answered = fields["ref"]?.stringValue
        let payload = fields["payload"]?.objectValue ?? [:]
        if from == "phoenix" {
            if answered == heartbeatReference { heartbeatReference = nil }
            return .nothing
        }
        guard from == topic else { return .nothing }
        switch event {
        case "phx_reply":
            if payload["status"]?.stringValue == "ok" { return answered == joinReference ? .joined : .nothing }
            return .refused(Self.reason(payload))
        case "phx_error", "phx_close": return .refused(Self.reason(payload))
        case "system": return payload["status"]?.stringValue == "error" ? .refused(Self.reason(payload)) : .nothing
        case "broadcast": return .broadcast(event: payload["event"]?.stringValue ?? "")
        default: return .nothing
        }
    }

    private static func reason(_ payload: [String: JSONValue]) -> String {
        let text = payload["response"]?.objectValue?["reason"]?.stringValue ?? payload["message"]?.stringValue
        return String((text ?? "closed by the server").prefix(200))
    }

    private mutating func next() -> String {
        reference += 1
        return String(reference)
    }

    private func message(_ topic: String, _ event: String, _ payload: JSONValue, reference: String) -> String {
        JSONValue.object([
            "topic": .string(topic), "event": .string(event), "payload": payload, "ref": .string(reference),
            "join_ref": joinReference.map(JSONValue.string) ?? .null,
        ]).text
    }
}
