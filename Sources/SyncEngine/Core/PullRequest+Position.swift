import LocalStore

extension PullRequest {
    /// What follows from where the device stands.
    package init(_ position: SyncPosition, limit: Int = Self.defaultLimit) {
        self.init(
            since: position.cursor, floor: position.isPullingAll ? position.floor : position.cursor, epoch: position.epoch,
            limit: limit)
    }
}
