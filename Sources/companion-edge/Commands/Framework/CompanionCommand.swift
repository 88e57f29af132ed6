import ArgumentParser

/// A command that works in this process and inside the daemon alike: it reads, writes and knows only what its context holds.
protocol CompanionCommand: AsyncParsableCommand, Sendable {
    /// Where the command does its work.
    static var place: CommandPlace { get }
    /// Whether the command reads `CommandContext.signals` itself. Otherwise a signal cancels its task.
    static var handlesSignals: Bool { get }

    /// Whether the command also runs when settings cannot be used, because it examines them.
    static var toleratesProblems: Bool { get }

    /// `--user` and `--data-dir`.
    var shared: SharedOptions { get }
    /// Files named on the command line. The client opens them, with the caller's rights and relative to the caller's folder,
    /// and puts them in the place of standard input and output.
    var files: CommandFiles { get }

    /// Does the work. Foreseen ends are a status other than `.ok` or a thrown `CommandFailure`; text for people and scripts goes
    /// to the context's streams, never to `print`.
    mutating func execute(in context: CommandContext) async throws -> ExitStatus
}

extension CompanionCommand {
    static var place: CommandPlace { .daemonOrHere }
    static var handlesSignals: Bool { false }
    static var toleratesProblems: Bool { false }
    var files: CommandFiles { CommandFiles() }
}

/// Where a command does its work.
enum CommandPlace: Sendable {
    /// In the daemon if one runs (it owns the stores), else in this process under the writer lock.
    case daemonOrHere
    /// Always in this process: the command touches no store.
    case here
}

/// Files that take the place of the standard streams.
struct CommandFiles: Sendable, Hashable {
    /// Read instead of standard input; `nil` or `-` is standard input itself.
    var input: String?
    /// Written instead of standard output, whole or not at all; `nil` or `-` is standard output itself.
    var output: String?
    /// Whether an existing output file may be replaced.
    var replacesOutput = false
}

/// Options that every command takes.
struct SharedOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whose memories: a UUID or the name shown by 'users list'. Not needed while only one person is known.",
            valueName: "uuid|name"))
    var user: String?

    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp("The data directory, instead of COMPANION_DATA_DIR.", valueName: "directory"))
    var dataDirectory: String?
}
