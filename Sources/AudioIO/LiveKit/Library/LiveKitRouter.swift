import Logging
import Synchronization

/// Where the library's events arrive. Its callback is one C function for the whole process and carries nothing of ours, which is why
/// this is the one place with static state.
///
/// Events come on several of the library's few threads, at the same time, and their bytes are only lent: they are looked at, handed
/// on, and whatever of theirs nobody takes is given back.
enum LiveKitRouter {
    typealias Answer = Result<WireReader, LiveKitError>

    private struct State {
        var library: LiveKitLibrary?
        var logger = Logger(label: "livekit")
        var failure: LiveKitError?
        var waiters: [UInt64: CheckedContinuation<Answer, Never>] = [:]
        /// By the handles of a room and of its local participant; all of the library's numbers are of one count.
        var rooms: [UInt64: RoomInbox] = [:]
        /// By the handle of an audio stream.
        var voices: [UInt64: RoomVoice] = [:]
        /// By the handle of a reader.
        var readers: [UInt64: StreamCollector] = [:]
    }

    private static let state = Mutex(State())

    // MARK: Who listens

    static func library(path: String, logger: Logger) throws(LiveKitError) -> LiveKitLibrary {
        let known = state.withLock { $0.library }
        if let known {
            guard known.path == path else {
                throw LiveKitError(
                    .invalid, "LiveKit's library is open already, from '\(known.path)'.", advice: "Start the program again.")
            }
            return known
        }
        let library = try LiveKitLibrary(path: path)
        let isFirst = state.withLock { state in
            guard state.library == nil else { return false }
            (state.library, state.logger) = (library, logger)
            return true
        }
        guard isFirst else { return try self.library(path: path, logger: logger) }
        library.initialize { LiveKitRouter.receive($0, $1) }
        return library
    }

    /// Why the library can do nothing any more.
    static var failure: LiveKitError? { state.withLock { $0.failure } }

    /// - Returns: false when nothing will come; then it was answered already.
    static func wait(for id: UInt64, _ waiter: CheckedContinuation<Answer, Never>) -> Bool {
        let failure = state.withLock { state in
            if state.failure == nil { state.waiters[id] = waiter }
            return state.failure
        }
        if let failure { waiter.resume(returning: .failure(failure)) }
        return failure == nil
    }

    /// Answers a call, if it still waits.
    static func answer(_ id: UInt64, _ answer: Answer) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: answer)
    }

    static func add(_ inbox: RoomInbox, for handles: [UInt64]) {
        state.withLock { state in
            for handle in handles { state.rooms[handle] = inbox }
        }
    }

    static func add(_ voice: RoomVoice, for stream: UInt64) {
        state.withLock { $0.voices[stream] = voice }
    }

    static func add(_ collector: StreamCollector, for reader: UInt64) {
        state.withLock { $0.readers[reader] = collector }
    }

    /// Nothing goes to these any more.
    static func remove(_ handles: [UInt64]) {
        state.withLock { state in
            for handle in handles {
                state.rooms[handle] = nil
                state.voices[handle] = nil
                state.readers[handle] = nil
            }
        }
    }

    // MARK: What comes

    /// `FfiEvent` of livekit_ffi.proto, on the library's own threads.
    private static func receive(_ bytes: UnsafePointer<UInt8>?, _ count: Int) {
        let time = MonotonicTime.now
        let event = WireReader(Array(UnsafeBufferPointer(start: bytes, count: count)))
        guard let kind = event.first, let library = state.withLock({ $0.library }) else { return }
        let content = event[kind]
        switch kind {
        case 1: deliver(content, to: content.number(1), of: library)
        case 2, 3, 43, 48: break
        case 4: hear(content, at: time, of: library)
        case 18: LiveKitLog.write(content, to: state.withLock { $0.logger })
        case 20: fail(content.string(1))
        case 24: deliver(call: content)
        case 28, 35: read(content)
        default: answer(kind, content, of: library)
        }
    }

    private static func deliver(_ event: WireReader, to room: UInt64, of library: LiveKitLibrary) {
        // Made even when nobody is there to read it: what is ours in it is given back when it goes.
        guard let message = RoomMessage(event, of: library) else { return }
        state.withLock { $0.rooms[room] }?.take(message)
    }

    private static func deliver(call: WireReader) {
        state.withLock { $0.rooms[call.number(1)] }?.take(.call(RoomCallRequest(call)))
    }

    /// `AudioStreamEvent`: the samples are the library's, until the frame is given back.
    private static func hear(_ event: WireReader, at time: Int64, of library: LiveKitLibrary) {
        guard event.has(2) else { return }
        let frame = event[2][1]
        let (handle, info) = (frame[1].number(1), frame[2])
        defer { if handle != 0 { library.drop(handle) } }
        guard let voice = state.withLock({ $0.voices[event.number(1)] }), info.int(2) == 1, info.int(3) == RoomVoice.rate,
            (0...RoomVoice.rate).contains(info.int(4)),
            let samples = UnsafePointer<Int16>(bitPattern: UInt(truncatingIfNeeded: info.number(1)))
        else { return }
        voice.hear(UnsafeBufferPointer(start: samples, count: info.int(4)), at: time)
    }

    /// `ByteStreamReaderEvent` and `TextStreamReaderEvent` look the same.
    private static func read(_ event: WireReader) {
        let reader = event.number(1)
        guard let collector = state.withLock({ $0.readers[reader] }) else { return }
        let isOver = event.has(3) ? collector.end(event[3]) : collector.append(event[2].bytes(1))
        if isOver { remove([reader]) }
    }

    /// Every other event is the answer to a call, whose number is field 1.
    private static func answer(_ kind: Int, _ content: WireReader, of library: LiveKitLibrary) {
        guard let waiter = state.withLock({ $0.waiters.removeValue(forKey: content.number(1)) }) else {
            LiveKitRequest.giveBack(answer: content, ofKind: kind, to: library)
            return
        }
        waiter.resume(returning: .success(content))
    }

    /// The library's advice is to end the process: what it holds may be in any state.
    private static func fail(_ message: String) {
        let failure = LiveKitError(
            .libraryFailed, "LiveKit's library met a fault of its own: \(message.prefix(500)).",
            advice: "Start the program again.")
        let (waiters, rooms) = state.withLock { state in
            state.failure = failure
            defer { state.waiters = [:] }
            return (Array(state.waiters.values), Array(state.rooms.values))
        }
        for waiter in waiters { waiter.resume(returning: .failure(failure)) }
        for room in rooms { room.take(.failed(failure)) }
    }
}
