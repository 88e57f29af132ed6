import AudioIO
import LocalStore

/// Something that somebody typed in a room.
struct RoomTyping: Sendable, Hashable {
    let participant: String
    let text: String

    /// Text streams of this topic are what is typed.
    static let topic = "lk.chat"
    /// Data messages of this one too, by clients that know no streams.
    static let oldTopic = "lk-chat-topic"

    /// `nil` when it is about something else.
    init?(_ stream: RoomText) {
        guard stream.topic == Self.topic else { return nil }
        (participant, text) = (stream.participant, stream.text)
    }

    /// `nil` when it is about something else, is no message, or was sent as a stream as well.
    init?(_ data: RoomData) {
        guard data.topic == Self.oldTopic,
            let message = try? JSONValue(parsing: String(decoding: data.bytes, as: UTF8.self)).objectValue,
            let text = message["message"]?.stringValue, !text.isEmpty, message["ignoreLegacy"]?.boolValue != true
        else { return nil }
        (participant, self.text) = (data.participant, text)
    }
}
