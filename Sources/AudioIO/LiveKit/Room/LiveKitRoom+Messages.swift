extension LiveKitRoom {
    /// Brings what is known of the room up to date, and tells it.
    func take(_ message: RoomMessage) {
        switch message {
        case .participantConnected(let participant):
            stay?.others[participant.identity] = participant
            continuation.yield(.participantConnected(participant))
        case .participantDisconnected(let identity):
            stay?.others[identity] = nil
            continuation.yield(.participantDisconnected(identity: identity))
        case .nameChanged(let identity, let name): change(identity) { $0.name = name }
        case .metadataChanged(let identity, let metadata): change(identity) { $0.metadata = metadata }
        case .attributesChanged(let identity, let all, let changed):
            change(identity) { $0.attributes = all }
            if identity == stay?.myself.identity { noteOwnAttributes() }
            continuation.yield(.attributesChanged(participant: identity, changed: changed))
        case .activeSpeakers(let identities): continuation.yield(.activeSpeakers(identities))
        case .data(let data):
            stay?.inbox.dataWasTaken()
            counter.add(\.dataReceived)
            continuation.yield(.data(data))
        case .streamOpened(let head, let isText, let reader): open(head, isText: isText, reader)
        case .streamEnded(let event):
            if case .streamFailed = event { counter.add(\.dataDropped) } else { counter.add(\.dataReceived) }
            continuation.yield(event)
        case .reconnecting:
            stay?.isInterrupted = true
            for track in tracks { track.connectionIsGone() }
            continuation.yield(.reconnecting)
        case .tokenRefreshed(let token): stay?.tokenEnd = RoomRules.end(ofToken: token)
        case .trackPublished, .trackUnpublished, .trackSubscribed, .trackUnsubscribed, .muted, .republished: takeSound(message)
        // These are seen to where the room is lived in, or not sent at all.
        case .dataTooLong, .reconnected, .disconnected, .call, .failed, .over: break
        }
    }

    /// The library mended the connection.
    func comeBack() {
        stay?.isInterrupted = false
        counter.add(\.reconnects)
        for track in tracks { track.connectionIsBack() }
        continuation.yield(.reconnected)
    }

    private func change(_ identity: String, _ body: (inout RoomParticipant) -> Void) {
        if stay?.myself.identity == identity {
            if var myself = stay?.myself {
                body(&myself)
                stay?.myself = myself
            }
        } else if var other = stay?.others[identity] {
            body(&other)
            stay?.others[identity] = other
        }
    }

    private func takeSound(_ message: RoomMessage) {
        switch message {
        case .trackPublished(let track, let isAudio):
            guard isAudio else { return }
            change(track.participant) { participant in
                participant.tracks.removeAll { $0.sid == track.sid }
                participant.tracks.append(track)
            }
            continuation.yield(.trackPublished(track))
        case .trackUnpublished(let participant, let sid):
            guard knownTrack(sid, of: participant) != nil else { return }
            change(participant) { $0.tracks.removeAll { $0.sid == sid } }
            continuation.yield(.trackUnpublished(participant: participant, sid: sid))
        case .trackSubscribed(let participant, let sid, let isAudio, let handle):
            guard isAudio, let handle else { return }
            stay?.heard[sid] = (participant, handle)
            tune(participant)
            continuation.yield(
                .trackSubscribed(knownTrack(sid, of: participant) ?? RoomTrack(participant: participant, sid: sid)))
        case .trackUnsubscribed(let participant, let sid):
            guard stay?.heard.removeValue(forKey: sid) != nil else { return }
            tune(participant)
            continuation.yield(.trackUnsubscribed(participant: participant, sid: sid))
        case .muted(let participant, let sid, let isMuted):
            change(participant) { participant in
                for index in participant.tracks.indices where participant.tracks[index].sid == sid {
                    participant.tracks[index].isMuted = isMuted
                }
            }
            continuation.yield(
                isMuted ? .trackMuted(participant: participant, sid: sid) : .trackUnmuted(participant: participant, sid: sid))
        case .republished(let previous, let sid):
            for track in tracks { track.wasRenamed(from: previous, to: sid) }
        default: break
        }
    }

    private func knownTrack(_ sid: String, of participant: String) -> RoomTrack? {
        stay?.others[participant]?.tracks.first { $0.sid == sid }
    }
}
