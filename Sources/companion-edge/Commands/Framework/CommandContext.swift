import CompanionServices
import Foundation
import LocalStore
import Logging

/// All that a command may touch. The same command runs in this process when no daemon runs, and inside the daemon when a
/// client hands its command line over; only this value differs, so its output does not.
struct CommandContext: Sendable {
    var output: any CommandOutput
    var errors: any CommandOutput
    var input: any CommandInput
    /// Ctrl-C and SIGTERM for commands with `handlesSignals`; others are cancelled instead. Read by one task only.
    var signals: AsyncStream<CommandSignal>
    var terminal: TerminalFacts
    /// The device's settings with the caller's personal ones (`CommandRequest.settings`) applied.
    var configuration: Configuration
    var workingDirectory: URL
    var clock: any WallClock
    var logger: Logger
    /// The people of this device and their stores.
    var households: any HouseholdProviding
    /// Set when the command runs inside the daemon.
    var daemon: DaemonFacts?
}

/// What `status` says about the daemon that runs the command.
struct DaemonFacts: Sendable, Hashable, Codable {
    var processID: Int32
    var startedAt: Timestamp
    var version: String
}

/// Hands out the stores: the daemon its own, which stay open; a short-lived command one that takes the writer lock on first use.
protocol HouseholdProviding: Sendable {
    func household() async throws -> Household
    /// Called when the command is over.
    func release() async throws
}
