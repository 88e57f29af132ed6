import CompanionServices
import Foundation
import LocalStore
import Logging

/// The household of a command that runs in its own process: taken, with the writer lock, on first use; given back at the end.
actor LocalHousehold: HouseholdProviding {
    private let configuration: Configuration
    private let purpose: String
    private let patience: Duration
    private let clock: any WallClock
    private let logger: Logger
    private var opened: (lock: WriterLock, household: Household)?

    /// `purpose` is what another process is told that waits for the stores; `patience` how long we wait for another one.
    init(
        configuration: Configuration, purpose: String, patience: Duration = .seconds(10), clock: any WallClock, logger: Logger
    ) {
        self.patience = patience
        self.configuration = configuration
        self.logger = logger
        self.purpose = purpose
        self.clock = clock
    }

    func household() async throws -> Household {
        if let opened { return opened.household }
        let directory = try DataDirectory(root: configuration.dataDirectory)
        let lock = try await WriterLock.acquire(directory, purpose: purpose, wait: patience, wallClock: clock)
        let household = try await Household(lock: lock, configuration: configuration, clock: clock, logger: logger)
        opened = (lock, household)
        return household
    }

    /// Closes what was opened, and then lets go of the lock.
    func release() async throws {
        guard let opened else { return }
        self.opened = nil
        defer { opened.lock.release() }
        try await opened.household.close()
    }
}
