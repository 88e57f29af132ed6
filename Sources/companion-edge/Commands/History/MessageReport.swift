import LocalStore

/// A message as scripts read it.
struct MessageReport: Encodable, Sendable {
    let id: String
    let conversation: String
    let role: String
    let text: String
    let language: String?
    let createdAt: Timestamp

    init(_ message: Message) {
        id = message.id
        conversation = message.conversationID
        role = message.role.rawValue
        text = message.text
        language = message.language
        createdAt = message.createdAt
    }

    enum CodingKeys: String, CodingKey {
        case id, conversation, role, text, language
        case createdAt = "created_at"
    }
}

extension Message {
    /// One line of a transcript.
    func transcriptLine(moments: Moments, style: TextStyle) -> String {
        let speaker = role == .user ? style(.bold, "you") : role == .assistant ? style(.cyan, "companion") : role.rawValue
        return "\(style(.faint, moments.text(createdAt)))  \(speaker): \(PrintableText.oneLine(text))"
    }
}
