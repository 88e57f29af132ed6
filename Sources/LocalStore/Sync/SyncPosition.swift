import GRDB

/// Where this device stands in the server's history, and how it names itself there.
package struct SyncPosition: Sendable, Hashable {
    /// The id under which operations are numbered; it changes when the server finds that this file was restored or copied.
    package let deviceID: String
    /// The history the cursor belongs to; nil before the first answer.
    package let epoch: String?
    /// Everything up to here is in the shadow.
    package let cursor: Int64
    /// The head when the full pull under way began; nil when none is, or none has had an answer.
    package let floor: Int64?
    /// A first or repeated full pull is not complete yet.
    package let isPullingAll: Bool
    /// Results up to this operation number are stored.
    package let acked: Int64
    package let nextNumber: Int64
    /// The newest sequence number the server has told of.
    package let head: Int64
    package let horizon: Int64
    /// The tags of the live rows in the shadow added up, modulo 2^52.
    package let check: Int64
    package let live: Int64
    /// Rows that wait to be shown; the shadow is complete and right.
    package let isPublishing: Bool
    /// The server's history turned out to be another than thought: does it still have what it confirmed? Only a push tells.
    package let mustAsk: Bool
}

extension StoreView {
    package func syncPosition() throws -> SyncPosition {
        try SyncPosition(db.syncValues())
    }
}

extension SyncPosition {
    init(_ state: SyncValues) throws {
        guard let deviceID = state.text("device_id") else {
            throw StoreError.noSuchRow(table: "sync_state", id: "device_id")
        }
        self.init(
            deviceID: deviceID, epoch: state.text("epoch"), cursor: state.integer("cursor") ?? 0, floor: state.integer("floor"),
            isPullingAll: state.integer("pulling_all") != 0, acked: state.integer("acked_n") ?? 0,
            nextNumber: state.integer("next_n") ?? 1, head: state.integer("head") ?? 0,
            horizon: state.integer("horizon") ?? 0, check: state.integer("chk") ?? 0, live: state.integer("live") ?? 0,
            isPublishing: state.integer("publishing") == 1, mustAsk: state.integer("must_ask") == 1)
    }
}
