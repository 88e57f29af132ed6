import LocalStore

/// What a sync would do.
package struct SyncPlan: Sendable, Hashable {
    /// Changes that would be sent, folded together, by table.
    package let outgoing: [String: Int]
    /// Numbers the server has given out since this device last looked: at most so many rows would come down.
    package let incoming: Int64
    /// Everything would be fetched anew.
    package let isFullPull: Bool
    package let quarantined: Int
}

extension SyncEngine {
    /// Looks what there is to exchange and changes nothing, here or there.
    package func dryRun() async throws -> SyncPlan {
        let tables = try await store.read { try $0.syncTables() }
        let outgoing = try await store.write { try $0.unsentChanges() }
        let reply = try await remote.pull(PullRequest(tables.position, limit: 1))
        let isFull = tables.position.isPullingAll || reply.answer.reset
        return SyncPlan(
            outgoing: Dictionary(grouping: outgoing, by: { $0 }).mapValues(\.count),
            incoming: isFull ? reply.answer.live : reply.answer.head - tables.position.cursor, isFullPull: isFull,
            quarantined: tables.quarantined)
    }

    /// What did not stand in merges, newest first.
    package func conflicts(includingUndone: Bool = false) async throws -> [MergeConflict] {
        try await store.read { try $0.conflicts(includingUndone: includingUndone) }
    }

    /// Brings back what did not stand; it is sent like any change.
    package func undoMerge(id: Int64) async throws {
        try await store.write { try $0.undoMerge(id: id) }
        tell(.localWrite)
    }

    /// Changes the server refused, oldest first.
    package func quarantined() async throws -> [QuarantinedChange] {
        try await store.read { try $0.quarantined() }
    }

    /// Offers refused changes again: the one named, or all.
    ///
    /// - Returns: how many there were to offer.
    package func retryQuarantined(localID: Int64? = nil) async throws -> Int {
        let count = try await store.write { transaction in
            let chosen = try transaction.view.quarantined().filter { localID == nil || $0.localID == localID }
            if let localID, chosen.isEmpty { throw StoreError.noSuchRow(table: "quarantine", id: String(localID)) }
            return try chosen.reduce(0) { try transaction.retryQuarantined(localID: $1.localID) ? $0 + 1 : $0 }
        }
        tell(.localWrite)
        return count
    }

    package func discardQuarantined(localID: Int64) async throws {
        try await store.write { try $0.discardQuarantined(localID: localID) }
    }

    /// Fetches everything anew at the next sync. Nothing is lost: changes not sent yet stay, and what is seen stays until the
    /// new state is complete.
    package func reset() async throws {
        try await store.write { transaction in
            try transaction.beginAnew(epoch: transaction.view.syncPosition().epoch)
        }
        tell(.poke)
    }
}
