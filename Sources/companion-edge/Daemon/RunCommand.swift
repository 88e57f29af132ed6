import ArgumentParser
import CompanionServices
import Foundation
import Glibc
import LocalStore
import Logging

/// `companion-edge run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Be the daemon: own the stores, answer commands, announce reminders.",
        discussion: """
            Runs until SIGTERM or Ctrl-C; a second one ends it at once. Logs go to standard error. While it runs, all other \
            commands reach the stores through it. 'make install' sets it up as a systemd service. With COMPANION_ROOMS=worker a \
            phone can call the companion over a LiveKit server (docs/rooms.md).

            Exit status: 0 stopped as asked; 75 another process holds the stores, try again; 78 a setting or a store \
            needs mending first.

            EXAMPLES:
              companion-edge run
              COMPANION_LOG_LEVEL=debug companion-edge run --data-dir /tmp/try
            """)

    @OptionGroup var shared: SharedOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let sources = Program(environment: environment).configurationSources(dataDirectory: shared.dataDirectory)
        let configuration = try Configuration(from: sources)
        let systemd = SystemdEnvironment(environment, processID: getpid())
        var logger = Logger(label: "companion-edge") { label -> any LogHandler in
            systemd.journalReads(STDERR_FILENO) ? JournalLogHandler() : StreamLogHandler.standardError(label: label)
        }
        logger.logLevel = configuration.logLevel
        for warning in configuration.warnings { logger.warning("\(warning)") }
        try await Daemon(configuration: configuration, systemd: systemd, clock: SystemWallClock(), logger: logger).run()
    }
}
