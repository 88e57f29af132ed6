/// Runs the commands that come in over the control socket.
protocol CommandServing: Sendable {
    /// Runs one command to its end with the client's streams. `signals` carries what the client's person asks for (Ctrl-C) and
    /// that the daemon stops; the last one comes at the latest when the client is gone. Cancelled when the time for an orderly
    /// end is over.
    func serve(
        _ request: CommandRequest, input: any CommandInput, output: any CommandOutput, errors: any CommandOutput,
        signals: AsyncStream<CommandSignal>
    ) async -> ExitStatus
}
