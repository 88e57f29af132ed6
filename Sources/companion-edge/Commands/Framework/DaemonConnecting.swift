/// The client's way to a running daemon, without knowing how the two talk.
protocol DaemonConnecting: Sendable {
    /// Has the daemon run `request`, with the caller's streams, and returns its status.
    ///
    /// `nil` when no daemon listens; then nothing was read or written and the command can run in this process instead. Throws
    /// `CommandFailure(.unavailable)` when the daemon went away in the middle, because then nobody knows how far it came.
    func run(
        _ request: CommandRequest, input: any CommandInput, output: any CommandOutput, errors: any CommandOutput,
        signals: AsyncStream<CommandSignal>
    ) async throws -> ExitStatus?
}
