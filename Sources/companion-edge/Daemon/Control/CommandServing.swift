/// Runs the commands that come in over the control socket.
protocol CommandServing: Sendable {
    /// Runs one command to its end with the client's streams. `signals` carries what the client's person asks for (Ctrl-C) and,
    /// last, `.terminate` when the client is gone. Graceful shutdown of the surrounding task says that the daemon stops; the task
    /// is cancelled when the time for an orderly end is over.
    func serve(
        _ request: CommandRequest, input: any CommandInput, output: any CommandOutput, errors: any CommandOutput,
        signals: AsyncStream<CommandSignal>
    ) async -> ExitStatus
}
