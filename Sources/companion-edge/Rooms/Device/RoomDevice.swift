import AudioIO
import Foundation
import LocalStore
import Logging

/// This box in a room: whoever is there hears its microphone and speaks from its loudspeaker, as over a telephone.
///
/// While the room cannot be reached, what is said here is kept as ``VoiceNotes`` and delivered when somebody is there again, and the
/// companion converses in the room's place.
actor RoomDevice {
    /// What notes are called in the room.
    static let noteTopic = "companion.voice-note"
    /// A connection that is back sooner was only a stutter.
    private static let stutter = Duration.seconds(3)

    /// What happens, for those who show it.
    enum News: Sendable, Hashable {
        case joined(room: String, others: [String])
        case came(String)
        case went(String)
        case away
        case noteKept
        case notesDelivered(Int)
        case notDelivered(String)
        /// The loudspeaker cannot be used; why.
        case mute(String)
        /// Nothing converses in the room's place; why.
        case noConversation(String)
    }

    struct Parts: Sendable {
        var room: LiveKitRoom
        /// How what is said here is sent.
        var voice: VoiceTrackSettings
        var capture: AudioCapture
        /// Opens the loudspeaker. It is closed while the companion converses, who opens it too.
        var loudspeaker: @Sendable () async throws -> PlaybackSink
        var notes: VoiceNotes
        /// Takes the loudspeaker's sound out of the microphone's.
        var canceller: @Sendable () throws -> any EchoCanceller
        /// How much later the microphone hears the loudspeaker than its driver says, in nanoseconds.
        var echoDelay: Int64 = 0
        var activity: any VoiceActivityModel
        var clock: any WallClock
        /// Converses without the room, until cancelled; `nil` where nothing can.
        var converse: (@Sendable (AudioCapture) async throws -> Void)?
        var logger: Logger
    }

    nonisolated let news: AsyncStream<News>
    private let newsroom: AsyncStream<News>.Continuation
    private let parts: Parts
    private let track: LocalAudioTrack
    private let microphone: RoomMicrophone
    private var own: OwnSound
    private var taker: VoiceNoteTaker
    private var loudspeaker: LiveLoudspeaker?
    private var mixer = RoomMixer()
    /// Sound that waits for the loudspeaker, in the order in which it came.
    private let mixed: AsyncStream<[Int16]>
    private let mix: AsyncStream<[Int16]>.Continuation
    private var others: Set<String> = []
    /// Whether the room is there; not known before the first look.
    private var isThere: Bool?
    private let presence: AsyncStream<Bool>
    private let present: AsyncStream<Bool>.Continuation
    private let deliveries: AsyncStream<Void>
    private let deliver: AsyncStream<Void>.Continuation

    init(_ parts: Parts) async throws {
        self.parts = parts
        track = try await parts.room.publish(parts.voice)
        microphone = try RoomMicrophone(into: track)
        own = OwnSound(try parts.canceller(), delay: parts.echoDelay)
        taker = VoiceNoteTaker(parts.notes, activity: parts.activity, clock: parts.clock)
        (news, newsroom) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
        (mixed, mix) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(50))
        (presence, present) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (deliveries, deliver) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Until the room is over for us, the microphone's sound is, or the task is cancelled.
    func run() async throws {
        defer { newsroom.finish() }
        if await !parts.room.isConnected { changed(isThere: false) }
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { [room = parts.room] in
                    try await room.run()
                    return true
                }
                group.addTask {
                    await self.follow()
                    return false
                }
                group.addTask {
                    try await self.listen()
                    return true
                }
                group.addTask {
                    try await self.speak()
                    return false
                }
                group.addTask {
                    await self.shareLoudspeaker()
                    return false
                }
                group.addTask {
                    await self.deliverNotes()
                    return false
                }
                defer { group.cancelAll() }
                while let isOver = try await group.next(), !isOver {}
            }
        } catch {
            try endNote()
            throw error
        }
        try endNote()
    }

    /// Others see that nobody can be heard here. The microphone itself is closed by its owner.
    func mute(_ isMuted: Bool) throws {
        if isMuted { try endNote() }
        try track.mute(isMuted)
    }

    // MARK: The room

    private func follow() async {
        await withDiscardingTaskGroup { group in
            for await event in parts.room.events {
                switch event {
                case .joined(let stay):
                    for identity in others.subtracting(stay.others.map(\.identity)) { await went(identity) }
                    newsroom.yield(.joined(room: stay.room, others: stay.others.map(\.identity)))
                    for other in stay.others where !others.contains(other.identity) {
                        let voice = await came(other.identity)
                        group.addTask { await self.hear(voice, of: other.identity) }
                    }
                    changed(isThere: true)
                case .participantConnected(let other):
                    guard !others.contains(other.identity) else { continue }
                    newsroom.yield(.came(other.identity))
                    let voice = await came(other.identity)
                    group.addTask { await self.hear(voice, of: other.identity) }
                    deliver.yield()
                case .participantDisconnected(let identity):
                    newsroom.yield(.went(identity))
                    await went(identity)
                case .reconnecting, .disconnected: changed(isThere: false)
                case .reconnected: changed(isThere: true)
                default: break
                }
            }
            group.cancelAll()
        }
    }

    private func came(_ identity: String) async -> RoomVoice {
        others.insert(identity)
        mixer.add(identity)
        return await parts.room.voice(of: identity)
    }

    private func went(_ identity: String) async {
        others.remove(identity)
        mixer.remove(identity)
        await parts.room.endVoice(of: identity)
    }

    private func changed(isThere: Bool) {
        guard isThere != self.isThere else { return }
        self.isThere = isThere
        present.yield(isThere)
        guard isThere else {
            newsroom.yield(.away)
            return
        }
        do {
            try taker.stop()
        } catch {
            parts.logger.error("a voice note could not be finished", metadata: ["error": "\(error)"])
        }
        deliver.yield()
    }

    // MARK: Sound

    private func hear(_ voice: RoomVoice, of identity: String) async {
        do {
            let capture = try await AudioCapture(of: voice)
            for await frame in capture.subscribe() {
                for sound in mixer.take(frame.samples, of: identity) { mix.yield(sound) }
            }
            try await capture.close()
        } catch {
            parts.logger.error("somebody cannot be heard", metadata: ["participant": "\(identity)", "error": "\(error)"])
        }
    }

    private func speak() async throws {
        for await sound in mixed {
            guard var loudspeaker else { continue }
            try await loudspeaker.play(sound)
            // It may have been closed meanwhile.
            if self.loudspeaker != nil { self.loudspeaker = loudspeaker }
        }
    }

    private func listen() async throws {
        for await frame in parts.capture.subscribe() {
            let sound = own.clean(frame).heard
            if isThere == true { microphone.send(sound) } else { keep(sound, at: frame.position) }
        }
        if let failure = parts.capture.failure { throw failure }
    }

    // MARK: Without the room

    private func keep(_ sound: [Int16], at position: Int64) {
        let wasWriting = taker.isWriting
        do {
            try taker.hear(sound, at: position)
        } catch {
            parts.logger.error("what was said could not be kept", metadata: ["error": "\(error)"])
        }
        if taker.isWriting, !wasWriting { newsroom.yield(.noteKept) }
    }

    private func endNote() throws { try taker.stop() }

    /// The loudspeaker belongs to the room while that is there, and to the companion otherwise. One gives it back before the other
    /// opens it.
    private func shareLoudspeaker() async {
        var user: Task<Void, Never>?
        for await isThere in presence {
            user?.cancel()
            await user?.value
            user = Task {
                do {
                    if isThere { try await lendLoudspeaker() } else { try await converse() }
                } catch is CancellationError {
                    // The other's turn.
                } catch {
                    newsroom.yield(isThere ? .mute("\(error)") : .noConversation("\(error)"))
                    parts.logger.warning("the loudspeaker is not used", metadata: ["error": "\(error)"])
                }
            }
        }
        user?.cancel()
        await user?.value
    }

    private func lendLoudspeaker() async throws {
        let sink = try await parts.loudspeaker()
        do {
            loudspeaker = try LiveLoudspeaker(sink)
            for await frame in sink.reference() { own.gives(frame) }
        } catch {
            loudspeaker = nil
            try await sink.close()
            throw error
        }
        loudspeaker = nil
        // Also in a task that was cancelled.
        try await Task { try await sink.close() }.value
    }

    private func converse() async throws {
        try await Task.sleep(for: Self.stutter)
        try await parts.converse?(parts.capture)
    }

    private func deliverNotes() async {
        for await _ in deliveries {
            do {
                let notes = try parts.notes.waiting()
                guard isThere == true, !others.isEmpty, !notes.isEmpty else { continue }
                await parts.room.reach(others)
                for note in notes {
                    var options = RoomStreamOptions(
                        topic: Self.noteTopic, attributes: ["begun": note.moment.iso8601])
                    (options.name, options.mimeType) = (note.name, VoiceNotes.mime)
                    try await parts.room.sendFile(note.file.path, options)
                    try parts.notes.putAside(note, now: parts.clock.now())
                }
                newsroom.yield(.notesDelivered(notes.count))
            } catch {
                // They wait for the next time that somebody comes, or the room is back.
                newsroom.yield(.notDelivered("\(error)"))
                parts.logger.warning("voice notes wait on", metadata: ["error": "\(error)"])
            }
        }
    }
}
