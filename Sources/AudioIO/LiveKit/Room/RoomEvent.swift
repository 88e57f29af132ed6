/// What happens in a room.
package enum RoomEvent: Sendable, Hashable {
    /// In the room, for the first time or after a connection that the library had given up. Everybody who is there is in `others`;
    /// no ``participantConnected(_:)`` is told for them.
    case joined(RoomStay)
    case participantConnected(RoomParticipant)
    case participantDisconnected(identity: String)
    case trackPublished(RoomTrack)
    case trackUnpublished(participant: String, sid: String)
    /// Its sound can be heard from now on.
    case trackSubscribed(RoomTrack)
    case trackUnsubscribed(participant: String, sid: String)
    case trackMuted(participant: String, sid: String)
    case trackUnmuted(participant: String, sid: String)
    case data(RoomData)
    /// A text stream that came to its end, whole.
    case text(RoomText)
    /// A byte stream that came to its end, whole.
    case bytes(RoomBytes)
    /// A text or byte stream that was given up: too long, too slow, or broken off by its sender.
    case streamFailed(topic: String, participant: String, LiveKitError)
    /// `changed` holds only what is new; an empty value means that it was taken away. Told of ourselves too.
    case attributesChanged(participant: String, changed: [String: String])
    /// Who is speaking now, the loudest first, by the server's judgement.
    case activeSpeakers([String])
    /// The connection is gone and is being made again; nothing is heard or sent meanwhile.
    case reconnecting
    /// The connection is back. Everybody else may have got new tracks.
    case reconnected
    /// Out of the room, for good or, if more is tried, until the next ``joined(_:)``.
    case disconnected(RoomEnd, willRejoin: Bool)
}

/// What is known of a room when it is entered.
package struct RoomStay: Sendable, Hashable {
    package let room: String
    /// Empty while the server has not told it.
    package let sid: String
    package let me: RoomParticipant
    package let others: [RoomParticipant]
}

/// A data message. At most ``RoomLimits/dataBytes``; longer ones are dropped and counted.
package struct RoomData: Sendable, Hashable {
    /// Empty if the server itself sent it.
    package let participant: String
    package let topic: String
    package let bytes: [UInt8]
    package let isReliable: Bool
}

/// A text that came as a stream.
package struct RoomText: Sendable, Hashable {
    package let id: String
    package let participant: String
    package let topic: String
    /// Those of the beginning, with those of the end laid over them.
    package let attributes: [String: String]
    package let text: String
}

/// Bytes that came as a stream.
package struct RoomBytes: Sendable, Hashable {
    package let id: String
    package let participant: String
    package let topic: String
    package let name: String
    package let mimeType: String
    /// Those of the beginning, with those of the end laid over them.
    package let attributes: [String: String]
    package let bytes: [UInt8]
}
