/// Somebody in a room, as last heard of.
package struct RoomParticipant: Sendable, Hashable {
    /// What a participant is: `ParticipantKind` of LiveKit's protocol, which may grow.
    package struct Kind: RawRepresentable, Sendable, Hashable {
        package let rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        package static let standard = Kind(rawValue: 0)
        package static let ingress = Kind(rawValue: 1)
        package static let egress = Kind(rawValue: 2)
        package static let sip = Kind(rawValue: 3)
        package static let agent = Kind(rawValue: 4)
    }

    /// The name by which the room knows a participant; only one at a time has it.
    package let identity: String
    /// New each time the participant joins.
    package let sid: String
    /// For people to read; may be empty.
    package var name: String
    package let kind: Kind
    package var attributes: [String: String]
    package var metadata: String
    /// Audio tracks that are published now, by their ids.
    package var tracks: [RoomTrack]

    package init(
        identity: String, sid: String, name: String = "", kind: Kind = .standard, attributes: [String: String] = [:],
        metadata: String = "", tracks: [RoomTrack] = []
    ) {
        self.identity = identity
        self.sid = sid
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.metadata = metadata
        self.tracks = tracks
    }
}

/// An audio track of a participant.
package struct RoomTrack: Sendable, Hashable {
    /// Where a track's sound comes from: `TrackSource` of LiveKit's protocol, which may grow.
    package struct Source: RawRepresentable, Sendable, Hashable {
        package let rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        package static let unknown = Source(rawValue: 0)
        package static let microphone = Source(rawValue: 2)
        package static let screenAudio = Source(rawValue: 4)
    }

    /// Identity of the participant whose it is.
    package let participant: String
    /// New each time it is published.
    package let sid: String
    package let name: String
    package let source: Source
    package var isMuted: Bool
    /// Whether something was said before there was a track; it comes as ``EarlySound``.
    package let isPreceded: Bool

    package init(
        participant: String, sid: String, name: String = "", source: Source = .microphone, isMuted: Bool = false,
        isPreceded: Bool = false
    ) {
        self.participant = participant
        self.sid = sid
        self.name = name
        self.source = source
        self.isMuted = isMuted
        self.isPreceded = isPreceded
    }
}
