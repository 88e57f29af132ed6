/// Where a command's bytes go: a file descriptor, a connection to a client, or an array in a test.
protocol CommandOutput: Sendable {
    /// Hands over all of `bytes`, in order; when it returns they have left this process (or its buffer in a test).
    func write(_ bytes: [UInt8]) async throws
}

extension CommandOutput {
    func write(_ text: String) async throws {
        try await write(Array(text.utf8))
    }

    func writeLine(_ text: String = "") async throws {
        try await write(Array((text + "\n").utf8))
    }
}

/// Where a command's input comes from. Both ways of reading are pulled by the command, so that nothing is read ahead of need
/// and a remote client knows when to show a prompt. One reader at a time. Both end early when their task is cancelled.
protocol CommandInput: Sendable {
    /// The next bytes (at most 64 KiB) of standard input as it is; `nil` at its end.
    func read() async throws -> [UInt8]?

    /// One line typed by a person at a terminal with editing and history. Only where `TerminalFacts.inputIsTerminal`.
    func line(prompt: String) async throws -> TypedLine

    /// One line typed by a person at a terminal without showing it: a password. Only where `TerminalFacts.inputIsTerminal`.
    func secret(prompt: String) async throws -> TypedLine

    /// Gives the arrow keys something to go back to: earlier lines, oldest first.
    func recall(_ lines: [String]) async throws

    /// Shows `text` above the line being edited, or simply on the terminal if none is.
    func interject(_ text: String) async throws
}

extension CommandInput {
    /// Input without a person has nothing to recall.
    func recall(_ lines: [String]) async throws {}
}

/// What came of asking for a line.
enum TypedLine: Sendable, Hashable, Codable {
    /// Without the newline.
    case line(String)
    /// Ctrl-C: the line was thrown away.
    case interrupted
    /// Ctrl-D on an empty line, or the terminal went away.
    case end
}

/// What the outside asks of a running command.
enum CommandSignal: Sendable, Hashable, Codable {
    /// Ctrl-C: stop what you are doing.
    case interrupt
    /// SIGTERM, SIGHUP or a client that went away: come to an orderly end.
    case terminate
}
