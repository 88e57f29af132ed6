import Foundation
import Logging

/// One participant's stay in a room. Whoever makes it runs it: ``run()`` in a task group, beside what listens to ``events``.
///
/// Two things bring a lost connection back: the library itself, which tries for half a minute at most, and ``run()``, which then
/// makes another from nothing until it is told to stop. What was published, offered and said of ourselves is so again each time.
package actor LiveKitRoom {
    package typealias Answering = @Sendable (RoomCall) async throws(RoomCallFailure) -> String

    /// From the connection's beginning to its end: what is known of the room.
    struct Stay {
        let room: LiveKitHandle
        let me: LiveKitHandle
        let inbox: RoomInbox
        var myself: RoomParticipant
        var others: [String: RoomParticipant]
        /// Audio tracks that can be heard, by their ids.
        var heard: [String: (participant: String, track: LiveKitHandle)] = [:]
        /// Streams that are coming, by their readers' numbers.
        var streams: [UInt64: StreamCollector] = [:]
        var calls = 0
        var isInterrupted = false
        /// When the token ends that the library shows when it mends the connection.
        var tokenEnd: Date?
    }

    /// Events that may wait; of more the oldest are lost.
    private static let eventRoom = 1024
    /// The library tries a server that does not answer four times.
    private static let connectLimit = Duration.seconds(75)
    /// A stay that was shorter counts as one more failure.
    private static let shortStay = Duration.seconds(10)

    /// What happens, for one reader; ends when ``run()`` does.
    package nonisolated let events: AsyncStream<RoomEvent>
    let continuation: AsyncStream<RoomEvent>.Continuation
    let library: LiveKitLibrary
    let limits: RoomLimits
    let logger: Logger
    let counter: RoomCounter
    private let url: String
    private let clock: any Clock<Duration>
    private let delay: @Sendable (_ failures: Int) -> Duration
    private let token: @Sendable () async throws -> String

    var stay: Stay?
    /// What is to be so in every stay.
    var tracks: [LocalAudioTrack] = []
    var methods: [String: Answering] = [:]
    var attributes: [String: String] = [:]
    var watches: [Int: AttributeWatch] = [:]
    var lastWatch = 0
    var voices: [String: VoiceSlot] = [:]
    private var isLeaving = false
    private var isRunning = false
    private var isEntering = false
    private var pausing: Task<Void, Never>?

    /// - Parameters:
    ///   - url: begins with ws, wss, http or https. Whether a host may be talked to in the clear is the caller's business.
    ///   - clock: by which waiting is measured.
    ///   - delay: how long to wait before another connection is tried, after so many failures in a row (from 1).
    ///   - token: asked anew for each connection that is made from nothing, and once more when the server refuses one. The token has
    ///     to be good for as long as the stay: the library shows it again when it mends a connection.
    ///   - witness: sees the sound where it passes to the library and back, for those who measure.
    /// - Throws: ``LiveKitError`` invalid for a URL that is none.
    package init(
        _ library: LiveKitLibrary, url: String, limits: RoomLimits = RoomLimits(), clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger, witness: (any RoomSoundWitness)? = nil, delay: @escaping @Sendable (_ failures: Int) -> Duration,
        token: @escaping @Sendable () async throws -> String
    ) throws(LiveKitError) {
        self.url = try RoomRules.url(url)
        (self.library, self.limits, self.clock, self.logger) = (library, limits, clock, logger)
        (self.delay, self.token) = (delay, token)
        counter = RoomCounter(witness: witness)
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.eventRoom))
    }

    package var isConnected: Bool { stay.map { !$0.isInterrupted } ?? false }
    package var me: RoomParticipant? { stay?.myself }
    /// Everybody else, in the order of their identities.
    package var participants: [RoomParticipant] { (stay?.others.values).map { $0.sorted { $0.identity < $1.identity } } ?? [] }
    package nonisolated var counts: RoomCounts { counter.now }

    // MARK: Coming and going

    /// Tries once to enter the room. It may be left out: ``run()`` does it too, as often as it takes.
    /// - Throws: ``LiveKitError`` noToken, unauthorized, unreachable, timedOut, libraryFailed.
    package func connect() async throws(LiveKitError) {
        guard stay == nil else { return }
        guard !isEntering else { throw LiveKitError(.invalid, "The room is being joined already.") }
        isEntering = true
        defer { isEntering = false }
        do {
            try await enter()
        } catch {
            guard error.code == .unauthorized else { throw error }
            // It may have run out since it was made.
            try await enter()
        }
    }

    /// Lives in the room until ``leave()`` is called or its task is cancelled. Once in a room's life.
    /// - Throws: ``LiveKitError`` when to go on makes no sense: ended when somebody decided so, unauthorized, libraryFailed.
    package func run() async throws(LiveKitError) {
        isRunning = true
        defer {
            isRunning = false
            close()
        }
        var failures = 0
        while !isOver {
            let beginning = MonotonicTime.now
            do throws(LiveKitError) {
                try await connect()
                let end = try await live()
                let isFinal = isOver || end.isFinal
                continuation.yield(.disconnected(isOver ? .left : end, willRejoin: !isFinal))
                guard !isFinal else {
                    if isOver { return }
                    throw LiveKitError(.ended(end), "The room is over for this participant: \(end.words).")
                }
                if Duration.nanoseconds(MonotonicTime.now - beginning) > Self.shortStay { failures = 0 }
                logger.warning("the room is gone and is tried again", metadata: ["reason": "\(end.words)"])
            } catch {
                if isOver { break }
                guard error.isPassing else { throw error }
                logger.warning("the room cannot be joined", metadata: ["error": "\(error)", "failures": "\(failures + 1)"])
            }
            failures += 1
            await pause(delay(failures))
        }
        await goAway()
    }

    /// Leaves the room; ``run()`` then gives everything back and returns. Harmless when nowhere.
    package func leave() async {
        isLeaving = true
        pausing?.cancel()
        stay?.inbox.close()
        guard !isRunning else { return }
        await goAway()
        close()
    }

    /// Nothing more happens here: nobody waits any longer for events, or for a voice of ours to be heard again.
    private func close() {
        continuation.finish()
        for track in tracks { track.isOver() }
    }

    private var isOver: Bool { isLeaving || Task.isCancelled }

    private func pause(_ time: Duration) async {
        guard !isOver else { return }
        let clock = clock
        // Cancelled: then it is over, which is looked at next.
        let pause = Task { _ = try? await clock.sleep(for: time) }
        pausing = pause
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
        pausing = nil
    }

    private func enter() async throws(LiveKitError) {
        let token = try await freshToken()
        let answer = try await library.call(
            .connect(url: url, token: token, streamBytes: max(limits.streamBytes, limits.textBytes)),
            within: Self.connectLimit)
        if answer.has(2) { throw RoomRules.connectFailure(answer.string(2)) }
        guard let joined = RoomJoined(answer[3], of: library) else {
            throw LiveKitError(.refused, "LiveKit's library joined no room.")
        }
        let inbox = RoomInbox(limits: limits, counter: counter)
        let others = Dictionary(joined.others.map { ($0.identity, $0) }) { _, last in last }
        stay = Stay(room: joined.room, me: joined.me, inbox: inbox, myself: joined.myself, others: others)
        stay?.tokenEnd = RoomRules.end(ofToken: token)
        LiveKitRouter.add(inbox, for: [joined.room.id, joined.me.id])
        try library.request(.ready(room: joined.room.id))
        counter.add(\.joins)
        continuation.yield(
            .joined(RoomStay(room: joined.name, sid: joined.sid, me: joined.myself, others: participants)))
        await restore()
    }

    private func freshToken() async throws(LiveKitError) -> String {
        let text: String
        do {
            text = try await token()
        } catch let error as LiveKitError {
            throw error
        } catch {
            throw LiveKitError(.noToken, "No token for the room could be had: \(error)")
        }
        return try RoomRules.token(text)
    }

    /// What was published, offered and said before is so in this stay too.
    private func restore() async {
        for method in methods.keys.sorted() { offer(method) }
        for track in tracks {
            do {
                try await publishNow(track)
            } catch {
                logger.error("a track could not be published again", metadata: ["error": "\(error)"])
            }
        }
        await restoreAttributes()
    }

    // MARK: Being there

    /// Takes what comes until the connection ends.
    private func live() async throws(LiveKitError) -> RoomEnd {
        guard let inbox = stay?.inbox else { return .unknown }
        var end: RoomEnd?
        var failure: LiveKitError?
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watch() }
            listening: for await message in inbox.messages {
                switch message {
                case .disconnected(let reason):
                    end = reason
                    break listening
                case .failed(let error): failure = error
                case .over:
                    end = .unknown
                    break listening
                case .call(let request):
                    if admit(request) { group.addTask { await self.answer(request) } }
                case .reconnected:
                    comeBack()
                    group.addTask { await self.restoreAttributes() }
                default: take(message)
                }
            }
            group.cancelAll()
        }
        if end != nil || failure != nil { clearAway() }
        if let failure { throw failure }
        if let end { return end }
        await goAway()
        return .unknown
    }

    /// Leaves, and waits until that is done, even in a task that was cancelled.
    private func goAway() async {
        if let stay {
            await Task { [library, logger] in
                do {
                    _ = try await library.call(.disconnect(room: stay.room.id), within: .seconds(5))
                } catch {
                    logger.warning("the room could not be left as it should be", metadata: ["error": "\(error)"])
                }
            }.value
        }
        clearAway()
    }

    /// Gives back what belonged to the stay.
    private func clearAway() {
        guard let stay else { return }
        stay.inbox.close()
        LiveKitRouter.remove([stay.room.id, stay.me.id] + stay.streams.keys)
        self.stay = nil
        for track in tracks { track.wasUnpublished() }
        tuneAll()
    }
}

extension LiveKitError {
    /// Whether it may be otherwise a little later.
    var isPassing: Bool {
        switch code {
        case .unreachable, .timedOut, .noToken, .notConnected, .refused: true
        case .libraryMissing, .libraryUnusable, .libraryFailed, .invalid, .tooLarge, .unauthorized, .ended: false
        }
    }
}
