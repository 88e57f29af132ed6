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
        guard let deviceID = try db.syncText("device_id") else {
            throw StoreError.noSuchRow(table: "sync_state", id: "device_id")
        }
        return SyncPosition(
            deviceID: deviceID, epoch: try db.syncText("epoch"), cursor: try db.syncInteger("cursor") ?? 0,
            floor: try db.syncInteger("floor"), isPullingAll: try db.syncInteger("pulling_all") != 0,
            acked: try db.syncInteger("acked_n") ?? 0, nextNumber: try db.syncInteger("next_n") ?? 1,
            head: try db.syncInteger("head") ?? 0, horizon: try db.syncInteger("horizon") ?? 0,
            check: try db.syncInteger("chk") ?? 0, live: try db.syncInteger("live") ?? 0,
            isPublishing: try db.syncInteger("publishing") == 1,
            mustAsk: try db.syncInteger("must_ask") == 1)
    }
}
