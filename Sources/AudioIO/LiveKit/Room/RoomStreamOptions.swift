/// What a text or byte stream of ours says of itself.
package struct RoomStreamOptions: Sendable, Hashable {
    package var topic: String
    package var attributes: [String: String]
    /// Identities of those who are to get it; all when empty.
    package var to: [String]
    /// In whose name it is sent, where that is not ours: the words of somebody whom we heard.
    package var sender: String?
    /// The stream's id; a random one when `nil`.
    package var id: String?
    /// What bytes are called, such as the name of a file.
    package var name = "data"
    package var mimeType = "application/octet-stream"

    package init(
        topic: String, attributes: [String: String] = [:], to: [String] = [], sender: String? = nil, id: String? = nil
    ) {
        self.topic = topic
        self.attributes = attributes
        self.to = to
        self.sender = sender
        self.id = id
    }

    /// `StreamTextOptions`
    func writeText(to writer: inout WireWriter) {
        writer.put(1, topic)
        writer.put(2, map: attributes)
        writer.put(3, all: to)
        if let id { writer.put(4, id) }
        if let sender { writer.put(11, sender) }
    }

    /// `StreamByteOptions`
    func writeBytes(to writer: inout WireWriter) {
        writer.put(1, topic)
        writer.put(2, map: attributes)
        writer.put(3, all: to)
        if let id { writer.put(4, id) }
        writer.put(5, name)
        writer.put(6, mimeType)
        if let sender { writer.put(9, sender) }
    }
}
