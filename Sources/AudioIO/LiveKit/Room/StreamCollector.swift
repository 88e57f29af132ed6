import Synchronization

/// Puts the pieces of one stream together, as long as it keeps to the limits.
final class StreamCollector: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isOver = false
    }

    let head: StreamHead
    private let isText: Bool
    private let limit: Int
    private let inbox: RoomInbox
    private let began = MonotonicTime.now
    private let state = Mutex(State())

    init(_ head: StreamHead, isText: Bool, limits: RoomLimits, inbox: RoomInbox) {
        (self.head, self.isText, self.inbox) = (head, isText, inbox)
        limit = isText ? limits.textBytes : limits.streamBytes
    }

    /// - Returns: whether nothing more is wanted of the stream.
    func append(_ piece: ArraySlice<UInt8>) -> Bool {
        let isTooLong = state.withLock { state in
            guard !state.isOver else { return false }
            guard state.bytes.count + piece.count <= limit else { return true }
            state.bytes += piece
            return false
        }
        if isTooLong { fail(.tooLarge, "More than \(limit) bytes came in one stream.") }
        return isTooLong
    }

    /// `TextStreamReaderEOS` of data_stream.proto
    /// - Returns: true.
    func end(_ end: WireReader) -> Bool {
        if end.has(1) {
            fail(.refused, "The stream was broken off: \(end[1].string(1).prefix(200)).")
        } else if let bytes = finish() {
            let attributes = head.attributes.merging(end.map(2)) { _, last in last }
            inbox.take(.streamEnded(event(bytes, attributes)))
        }
        return true
    }

    /// Gives up when it has lasted longer than it may.
    /// - Returns: whether it is over, in any way.
    func isOver(at now: Int64, limit: Duration) -> Bool {
        if !state.withLock({ $0.isOver }), .nanoseconds(now - began) > limit { fail(.timedOut, "A stream was never ended.") }
        return state.withLock { $0.isOver }
    }

    private func fail(_ code: LiveKitError.Code, _ message: String) {
        guard finish() != nil else { return }
        inbox.take(
            .streamEnded(
                .streamFailed(topic: head.topic, participant: head.participant, LiveKitError(code, message))))
    }

    /// What came, for the first who asks.
    private func finish() -> [UInt8]? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            defer { state = State(bytes: [], isOver: true) }
            return state.bytes
        }
    }

    private func event(_ bytes: [UInt8], _ attributes: [String: String]) -> RoomEvent {
        if isText {
            .text(
                RoomText(
                    id: head.id, participant: head.participant, topic: head.topic, attributes: attributes,
                    text: String(decoding: bytes, as: UTF8.self)))
        } else {
            .bytes(
                RoomBytes(
                    id: head.id, participant: head.participant, topic: head.topic, name: head.name, mimeType: head.mimeType,
                    attributes: attributes, bytes: bytes))
        }
    }
}
