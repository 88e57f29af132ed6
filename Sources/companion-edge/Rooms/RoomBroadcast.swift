import AudioIO
import CompanionServices
import Logging

/// Tells everybody in the room what goes on in the conversation: by the words of the cloud companion on the data channel, and by
/// the attributes and text streams of LiveKit's front ends.
struct RoomBroadcast: Sendable {
    enum Attribute {
        static let state = "lk.agent.state"
        static let name = "lk.agent.name"
        static let segment = "lk.segment_id"
        static let isFinal = "lk.transcription_final"
        static let track = "lk.transcribed_track_id"
    }

    /// Text streams of this topic are what is said.
    static let transcription = "lk.transcription"

    let room: LiveKitRoom
    let track: LocalAudioTrack
    let watch: RoomWatch
    /// Identity of the person who is talked with.
    let person: String
    /// It answers those who ask.
    let remote: RoomRemote
    let logger: Logger

    private let states: AsyncStream<String>
    private let state: AsyncStream<String>.Continuation
    private let captions: AsyncStream<RoomCaptions.Caption>
    private let caption: AsyncStream<RoomCaptions.Caption>.Continuation

    init(
        _ room: LiveKitRoom, track: LocalAudioTrack, watch: RoomWatch, person: String, remote: RoomRemote, logger: Logger
    ) {
        (self.room, self.track, self.watch, self.person, self.logger) = (room, track, watch, person, logger)
        self.remote = remote
        // Where nothing can be sent, what is old is of no use when something can again.
        (states, state) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
        (captions, caption) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
    }

    /// Reads news and tells them, until there are none or the task is cancelled.
    func follow(_ news: AsyncStream<VoiceNews>, showing show: @Sendable (VoiceNews) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await word in states { await tell(state: word) } }
            group.addTask { await tellCaptions() }
            defer {
                state.finish()
                caption.finish()
            }
            var (written, current) = (RoomCaptions(), RoomState())
            for await item in news {
                if case .phase(let phase) = item, let word = current.note(phase) {
                    remote.note(word)
                    state.yield(word)
                }
                for line in written.note(item) { caption.yield(line) }
                try await show(item)
            }
        }
    }

    private func tell(state word: String) async {
        await attempt { () async throws(LiveKitError) in try await room.send(Array(word.utf8), topic: "") }
        await attempt { () async throws(LiveKitError) in try await room.setAttributes([Attribute.state: word]) }
    }

    private func tellCaptions() async {
        var writer: RoomTextWriter?
        for await line in captions {
            switch line {
            case .person(let segment, let text, let isFinal):
                let options = options(segment, isFinal, track: watch.scene.tracks[person]?.sid, sender: person)
                await attempt { () async throws(LiveKitError) in _ = try await room.sendText(text, options) }
            case .begin(let segment):
                writer = nil
                await attempt { () async throws(LiveKitError) in
                    writer = try await room.openText(options(segment, false, track: track.sid))
                }
            case .more(let text):
                guard let open = writer else { continue }
                await attempt { () async throws(LiveKitError) in try await open.write(text) }
            case .end(let segment):
                guard let open = writer else { continue }
                writer = nil
                let attributes = options(segment, true, track: track.sid).attributes
                await attempt { () async throws(LiveKitError) in try await open.close(attributes: attributes) }
            }
        }
    }

    private func options(_ segment: String, _ isFinal: Bool, track: String?, sender: String? = nil) -> RoomStreamOptions {
        var attributes = [Attribute.segment: segment, Attribute.isFinal: isFinal ? "true" : "false"]
        attributes[Attribute.track] = track
        var options = RoomStreamOptions(topic: Self.transcription)
        options.attributes = attributes
        options.sender = sender
        return options
    }

    /// While the connection is being made again, nobody can be told; the conversation goes on.
    private func attempt(_ body: () async throws(LiveKitError) -> Void) async {
        do throws(LiveKitError) {
            try await body()
        } catch {
            logger.debug("the room was not told", metadata: ["error": "\(error)"])
        }
    }
}
