/// Brings Ctrl-C and SIGTERM to where they mean something: the line being edited, the command, or the end of it.
final class SignalRouter: Sendable {
    /// For commands that handle signals themselves.
    let forCommand: AsyncStream<CommandSignal>
    private let continuation: AsyncStream<CommandSignal>.Continuation
    private let editor: LineEditor?

    init(editor: LineEditor?) {
        self.editor = editor
        (forCommand, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
    }

    /// Runs `body`; a signal cancels it unless it reads `forCommand`. The process keeps its own reaction to signals until then.
    func cancelling(
        unless handlesSignals: Bool, body: @escaping @Sendable () async -> ExitStatus
    ) async -> ExitStatus {
        let watch = SignalWatch()
        return await withTaskGroup(of: ExitStatus?.self) { group in
            group.addTask(operation: body)
            group.addTask { [signals = watch.signals] in
                for await signal in signals {
                    if handlesSignals {
                        self.pass(signal)
                    } else {
                        return signal == .interrupt ? .interrupted : .terminated
                    }
                }
                return nil
            }
            var ended: ExitStatus?
            var signalled: ExitStatus?
            for await status in group {
                if let status, status == .interrupted || status == .terminated, ended == nil, !handlesSignals {
                    signalled = signalled ?? status
                } else {
                    ended = ended ?? status
                }
                group.cancelAll()
            }
            _ = watch
            continuation.finish()
            // A command that was cancelled says "interrupted"; which signal it was is known better here.
            if let signalled, ended == nil || ended == .interrupted { return signalled }
            return ended ?? .software
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
