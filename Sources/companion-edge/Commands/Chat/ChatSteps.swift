import Synchronization

/// The steps of a conversation one after the other, which can be cut short from outside: waiting for words by Ctrl-C and by
/// SIGTERM, an answer by Ctrl-C only. An answer that was begun when SIGTERM came is finished.
final class ChatSteps: Sendable {
    private struct State {
        var current: AsyncStream<Void>.Continuation?
        var isWaiting = false
        var isTerminated = false
        var isQuit = false
    }

    private let state = Mutex(State())

    /// Ctrl-C: ends the current step.
    func interrupt() {
        state.withLock { $0.current }?.yield()
    }

    /// SIGTERM: ends waiting, and lets no other step begin.
    func terminate() {
        let current = state.withLock { state in
            state.isTerminated = true
            return state.isWaiting ? state.current : nil
        }
        current?.yield()
    }

    /// The person asked to end.
    func quit() {
        state.withLock { $0.isQuit = true }
    }

    var isQuit: Bool { state.withLock { $0.isQuit } }
    var isTerminated: Bool { state.withLock { $0.isTerminated } }

    /// Waits for the person; `nil` when it was cut short. Its task is cancelled then, and has ended when this returns.
    func waiting<Value: Sendable>(_ step: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        try await run(isWaiting: true, step)
    }

    /// Answers; `nil` when it was cut short, like `waiting(_:)`.
    func answering<Value: Sendable>(_ step: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        try await run(isWaiting: false, step)
    }

    private func run<Value: Sendable>(
        isWaiting: Bool, _ step: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let (cuts, cut) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let mayBegin = state.withLock { state in
            state.current = cut
            state.isWaiting = isWaiting
            return !state.isTerminated
        }
        defer { state.withLock { $0.current = nil } }
        guard mayBegin else { return nil }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await step() }
            group.addTask {
                for await _ in cuts { break }
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { return nil }
            return value
        }
    }
}
