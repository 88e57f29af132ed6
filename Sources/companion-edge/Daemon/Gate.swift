/// Closed until somebody opens it, for good.
struct Gate: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func open() { continuation.finish() }

    /// Returns when the gate is open or the task is cancelled. One task may wait.
    func wait() async {
        for await _ in stream {}
    }
}
