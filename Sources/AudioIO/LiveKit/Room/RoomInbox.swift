import Synchronization

/// Carries what happens in a room from the library's threads to the room. Only so much data waits: others decide how much they send.
final class RoomInbox: Sendable {
    let messages: AsyncStream<RoomMessage>
    private let continuation: AsyncStream<RoomMessage>.Continuation
    private let waitingData = Atomic(0)
    private let limits: RoomLimits
    private let counter: RoomCounter

    init(limits: RoomLimits, counter: RoomCounter) {
        (self.limits, self.counter) = (limits, counter)
        (messages, continuation) = AsyncStream.makeStream()
    }

    /// From any thread.
    func take(_ message: RoomMessage) {
        switch message {
        case .data(let data):
            guard data.bytes.count <= limits.dataBytes, waitingData.load(ordering: .relaxed) < limits.waitingData else {
                return counter.add(\.dataDropped)
            }
            waitingData.add(1, ordering: .relaxed)
            continuation.yield(message)
        case .dataTooLong: counter.add(\.dataDropped)
        case .over, .failed:
            continuation.yield(message)
            continuation.finish()
        default: continuation.yield(message)
        }
    }

    /// A data message was looked at.
    func dataWasTaken() {
        waitingData.subtract(1, ordering: .relaxed)
    }

    func close() {
        continuation.finish()
    }
}
