import Testing

@testable import AudioIO
@testable import companion_edge

/// What counts as typed in a room.
@Suite struct RoomTypingTests {
    private func message(_ json: String, topic: String = "lk-chat-topic") -> RoomTyping? {
        RoomTyping(RoomData(participant: "amina", topic: topic, bytes: Array(json.utf8), isReliable: true))
    }

    @Test("an old client's message is what it says, in whatever language")
    func old() {
        let typed = message(#"{"id": "1", "timestamp": 1700000000000, "message": "سلام \"you\""}"#)
        #expect(typed?.participant == "amina" && typed?.text == "سلام \"you\"")
    }

    @Test(
        "what is no message, or came as a stream too, is none",
        arguments: ["", "hello", "[]", "{}", #"{"message": 1}"#, #"{"message": ""}"#, #"{"message": "a", "ignoreLegacy": true}"#])
    func none(json: String) {
        #expect(message(json) == nil)
    }

    @Test("other topics are about something else")
    func others() {
        #expect(message(#"{"message": "a"}"#, topic: "") == nil)
        let text = RoomText(id: "1", participant: "amina", topic: "lk.transcription", attributes: [:], text: "a")
        #expect(RoomTyping(text) == nil)
    }
}
