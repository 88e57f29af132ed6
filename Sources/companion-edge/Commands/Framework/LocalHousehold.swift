import Foundation
import LocalStore
import Logging

/// The household of a command that runs in its own process: taken on first use, given back at the end.
actor LocalHousehold: HouseholdProviding {
    private let root: URL
    private let purpose: String
    private var opened: Household?

    /// `purpose` is what another process is told that waits for the stores.
    init(root: URL, purpose: String) {
        self.root = root
        self.purpose = purpose
    }

    func household() async throws -> Household {
        if let opened { return opened }
        let household = Household(root: root, clock: SystemWallClock())
        opened = household
        return household
    }

    /// Closes what was opened.
    func close(reportingTo context: CommandContext) async {
    }
}
