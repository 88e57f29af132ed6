/// What the library tells of a room, with what is ours in it taken over: `RoomEvent` of room.proto.
///
/// It also hands over participants and publications, of which nothing is asked here: they are given back at once.
enum RoomMessage: Sendable {
    case participantConnected(RoomParticipant)
    case participantDisconnected(String)
    case trackPublished(RoomTrack, isAudio: Bool)
    case trackUnpublished(participant: String, sid: String)
    case trackSubscribed(participant: String, sid: String, isAudio: Bool, LiveKitHandle?)
    case trackUnsubscribed(participant: String, sid: String)
    case muted(participant: String, sid: String, Bool)
    case activeSpeakers([String])
    case nameChanged(participant: String, String)
    case metadataChanged(participant: String, String)
    case attributesChanged(participant: String, all: [String: String], changed: [String: String])
    case data(RoomData)
    case dataTooLong
    case streamOpened(StreamHead, isText: Bool, LiveKitHandle?)
    case streamEnded(RoomEvent)
    case republished(previousSid: String, sid: String)
    case tokenRefreshed(String)
    case reconnecting
    case reconnected
    case disconnected(RoomEnd)
    case call(RoomCallRequest)
    /// The library is of no use any more.
    case failed(LiveKitError)
    /// Nothing more comes.
    case over

    init?(_ event: WireReader, of library: LiveKitLibrary) {
        // The first field is the room's handle, the other one says what happened.
        guard let kind = event.fieldNumbers.first(where: { $0 != 1 }) else { return nil }
        let content = event[kind]
        switch kind {
        case 2:
            _ = library.own(content[1])
            self = .participantConnected(RoomParticipant(content[1][2]))
        case 3: self = .participantDisconnected(content.string(1))
        case 7:
            let (participant, info) = (content.string(1), content[2][2])
            library.settle(publication: content[2])
            self = .trackPublished(RoomTrack(info, of: participant), isAudio: info.isAudio)
        case 8: self = .trackUnpublished(participant: content.string(1), sid: content.string(2))
        case 9:
            let info = content[2][2]
            self = .trackSubscribed(
                participant: content.string(1), sid: info.string(1), isAudio: info.isAudio, library.own(content[2]))
        case 10: self = .trackUnsubscribed(participant: content.string(1), sid: content.string(2))
        case 12, 13: self = .muted(participant: content.string(1), sid: content.string(2), kind == 12)
        case 14: self = .activeSpeakers(content.strings(1))
        case 17: self = .metadataChanged(participant: content.string(1), content.string(2))
        case 18: self = .nameChanged(participant: content.string(1), content.string(2))
        case 19: self = .attributesChanged(participant: content.string(1), all: content.map(2), changed: content.map(3))
        case 22: self = .disconnected(RoomEnd(rawValue: content.int(1)))
        case 23: self = .reconnecting
        case 24: self = .reconnected
        case 26: self = .over
        case 27:
            guard content.has(4) else { return nil }
            self = Self.data(content, of: library)
        case 34, 35:
            self = .streamOpened(
                StreamHead(content[1][2], of: content.string(2)), isText: kind == 35, library.own(content[1]))
        case 40: self = .tokenRefreshed(content.string(1))
        case 43:
            // A track of data, which is not asked for either.
            _ = library.own(content[1])
            return nil
        case 45: self = .republished(previousSid: content.string(2), sid: content[3].string(1))
        default: return nil
        }
    }

    /// `DataPacketReceived` with a `UserPacket`, whose bytes are the library's until its handle is given back.
    private static func data(_ packet: WireReader, of library: LiveKitLibrary) -> RoomMessage {
        let user = packet[4]
        let handle = library.own(user[1])
        return withExtendedLifetime(handle) {
            let (address, count) = (UInt(truncatingIfNeeded: user[1][2].number(1)), user[1][2].int(2))
            guard (0...RoomLimits.longestData).contains(count) else { return .dataTooLong }
            let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: address == 0 ? 0 : count)
            return .data(
                RoomData(
                    participant: packet.string(2), topic: user.string(2), bytes: Array(bytes), isReliable: packet.int(1) == 1))
        }
    }
}

/// What the library says when a room was entered: `ConnectCallback.Result` of room.proto.
struct RoomJoined: Sendable {
    let room: LiveKitHandle
    let name: String
    let sid: String
    let me: LiveKitHandle
    let myself: RoomParticipant
    let others: [RoomParticipant]

    init?(_ result: WireReader, of library: LiveKitLibrary) {
        let (room, me) = (library.own(result[1]), library.own(result[2]))
        others = result.messages(3).map { other in
            _ = library.own(other[1])
            var facts = RoomParticipant(other[1][2])
            for publication in other.messages(2) {
                library.settle(publication: publication)
                let info = publication[2]
                if info.isAudio { facts.tracks.append(RoomTrack(info, of: facts.identity)) }
            }
            return facts
        }
        guard let room, let me else { return nil }
        (self.room, self.me) = (room, me)
        (name, sid) = (result[1][2].string(2), result[1][2].string(1))
        myself = RoomParticipant(result[2][2])
    }
}

/// The beginning of a stream: `TextStreamInfo` and `ByteStreamInfo` of data_stream.proto.
struct StreamHead: Sendable, Hashable {
    let id: String
    let participant: String
    let topic: String
    let mimeType: String
    let attributes: [String: String]
    /// Of bytes.
    let name: String
    /// Bytes, where the sender says how many.
    let length: Int?

    init(_ info: WireReader, of participant: String) {
        id = info.string(1)
        self.participant = participant
        topic = info.string(4)
        mimeType = info.string(3)
        attributes = info.map(6)
        name = info.string(7)
        length = info.has(5) ? info.int(5) : nil
    }
}

extension RoomParticipant {
    /// `ParticipantInfo` of participant.proto
    init(_ info: WireReader) {
        self.init(
            identity: info.string(3), sid: info.string(1), name: info.string(2), kind: Kind(rawValue: info.int(7)),
            attributes: info.map(6), metadata: info.string(5))
    }
}

extension RoomTrack {
    /// `AudioTrackFeature.TF_PRECONNECT_BUFFER`
    private static let preConnectBuffer: UInt64 = 6

    /// `TrackPublicationInfo` of track_publication.proto
    init(_ info: WireReader, of participant: String) {
        self.init(
            participant: participant, sid: info.string(1), name: info.string(2), source: Source(rawValue: info.int(4)),
            isMuted: info.bool(9), isPreceded: info.numbers(12).contains(Self.preConnectBuffer))
    }
}

extension LiveKitLibrary {
    /// Gives back a publication of somebody else's. What is no sound is declined: pictures would be sent here, and decoded, for nobody.
    fileprivate func settle(publication: WireReader) {
        guard let handle = own(publication), !publication[2].isAudio else { return }
        // Refused, it only comes in vain; the library's log says why.
        _ = try? request(.subscribe(false, publication: handle.id))
    }
}

extension WireReader {
    /// Of a `TrackInfo` or `TrackPublicationInfo`, whose field 3 is a `TrackKind`.
    fileprivate var isAudio: Bool { int(3) == 1 }
}
