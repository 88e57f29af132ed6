import Logging

extension LiveKitRoom {
    /// Somebody who is listened to, and how at the moment.
    struct VoiceSlot {
        let voice: RoomVoice
        /// The track that is heard, and the stream of its sound.
        var track: UInt64?
        var stream: LiveKitHandle?
    }

    // MARK: Ours

    /// Publishes a voice. Out of the room it is published as soon as it is entered, and in every stay after this one as well.
    package func publish(_ settings: VoiceTrackSettings) async throws(LiveKitError) -> LocalAudioTrack {
        let track = try LocalAudioTrack(settings, of: library, counter: counter)
        if stay != nil { try await publishNow(track) }
        tracks.append(track)
        return track
    }

    package func unpublish(_ track: LocalAudioTrack) async throws(LiveKitError) {
        tracks.removeAll { $0 === track }
        let sid = track.sid
        track.isOver()
        guard let stay, let sid else { return }
        try succeed(await library.call(.unpublish(sid: sid, me: stay.me.id)))
    }

    func publishNow(_ track: LocalAudioTrack) async throws(LiveKitError) {
        guard let stay else { return }
        let answer = try await library.call(.publish(track: track.track.id, track.settings, me: stay.me.id))
        try succeed(answer)
        track.wasPublished(sid: answer[3][2].string(1), library.own(answer[3]))
    }

    // MARK: Theirs

    /// What a participant says, from now on and through all stays. Whether they are there does not matter. One capture at a time
    /// listens to a voice.
    package func voice(of identity: String) -> RoomVoice {
        if let slot = voices[identity], !slot.voice.hasEnded { return slot.voice }
        endVoice(of: identity)
        let voice = RoomVoice(of: identity, counter: counter)
        voices[identity] = VoiceSlot(voice: voice)
        tune(identity)
        return voice
    }

    /// Listens to them no longer; captures of their voice end.
    package func endVoice(of identity: String) {
        guard let slot = voices.removeValue(forKey: identity) else { return }
        slot.voice.end()
        if let stream = slot.stream { LiveKitRouter.remove([stream.id]) }
    }

    func tuneAll() {
        for identity in voices.keys { tune(identity) }
    }

    /// Listens to the track that is best now: a microphone rather than something else.
    func tune(_ identity: String) {
        guard var slot = voices[identity] else { return }
        let known = stay?.others[identity]?.tracks ?? []
        let heard = (stay?.heard ?? [:]).filter { $0.value.participant == identity }.sorted { $0.key < $1.key }
        let best = heard.first { id, _ in known.contains { $0.sid == id && $0.source == .microphone } } ?? heard.first
        guard slot.track != best?.value.track.id else { return }
        // A stream whose track is gone may carry somebody else's sound later on.
        if let stream = slot.stream { LiveKitRouter.remove([stream.id]) }
        slot.stream = nil
        slot.track = best?.value.track.id
        if let track = best?.value.track {
            do {
                slot.stream = library.own(try library.request(.audioStream(track: track.id, rate: RoomVoice.rate))[1])
                if let stream = slot.stream { LiveKitRouter.add(slot.voice, for: stream.id) }
            } catch {
                logger.error("a track cannot be listened to", metadata: ["participant": "\(identity)", "error": "\(error)"])
            }
        }
        voices[identity] = slot
    }
}
