import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services until SIGTERM, SIGINT or SIGHUP asks for an orderly end; a second signal ends the process at once, which loses
/// nothing that was acknowledged.
struct SupervisedServices: Sendable {
    private let group: ServiceGroup
    private let logger: Logger

    init(_ services: [any Service], shutdownLimit: Duration, logger: Logger) {
        var configuration = ServiceGroupConfiguration(services: services, logger: logger)
        configuration.maximumGracefulShutdownDuration = shutdownLimit
        group = ServiceGroup(configuration: configuration)
        self.logger = logger
    }

    func run() async throws {
        // Registered before anything starts, so that no signal finds the process without an answer.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                var isStopping = false
                for await signal in signals {
                    if isStopping { _exit(128 + signal.rawValue) }
                    isStopping = true
                    logger.notice("stopping", metadata: ["signal": "\(signal)"])
                    await group.triggerGracefulShutdown()
                }
            }
            tasks.addTask { try await group.run() }
            defer { tasks.cancelAll() }
            // The signals never end by themselves.
            try await tasks.next()
        }
    }
}
