/// What can go wrong in a run. Each seed has a random half of these: rare combinations need room of their own.
package enum Trouble: String, Sendable, Hashable, CaseIterable {
    // The network.
    case lostRequests, lostAnswers, lateRequests, slowness, cutAnswers, loginPages, partitions
    // Answers that are no answers.
    case expiredTokens, tooLarge, tooMany, outages, statementTimeouts, lockedRows
    // Devices.
    case crashes, oldCopies, clones, clockOffsets, clockDrift, clockJumps, reboots
    // The server and who else writes to it.
    case serverRestores, quietServerRestores, truncation, collection, unseenDeletions, cloudWriter, cloudDeletions, newerServer,
        olderServer, newerTables
    // What people do.
    case poison, refusals, sharedKeys, deletions, secondPerson, smallPages, forgetting

    /// Devices may have wrong clocks.
    static let ofClocks: Set<Trouble> = [.clockOffsets, .clockJumps, .reboots]

    /// A random half of them, but for those that plans have on their own account; see ``Plan``.
    static func half(using random: inout some RandomNumberGenerator) -> Set<Trouble> {
        Set(allCases.filter { $0 != .forgetting && Bool.random(using: &random) })
    }
}
