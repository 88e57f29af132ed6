/// Brings Ctrl-C and SIGTERM of this process to where they mean something: the line being edited, or the command.
final class SignalRouter: Sendable {
    /// What the command (or the daemon that runs it) is told.
    let signals: AsyncStream<CommandSignal>
    private let continuation: AsyncStream<CommandSignal>.Continuation
    private let editor: LineEditor?

    init(editor: LineEditor?) {
        self.editor = editor
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
    }

    /// Runs `body` with the signals routed. Until then, and afterwards, they act as the system has them act.
    func routing<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let watch = SignalWatch()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [signals = watch.signals] in
                for await signal in signals { self.pass(signal) }
            }
            defer {
                group.cancelAll()
                continuation.finish()
                watch.end()
            }
            return try await body()
        }
    }

    private func pass(_ signal: CommandSignal) {
        if signal == .interrupt, let editor, editor.isEditing {
            editor.interrupt()
        } else {
            continuation.yield(signal)
        }
    }
}
