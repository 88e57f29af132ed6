/// What the server says has changed since a cursor: all of it, or its first part.
package struct PullPage: Sendable, Hashable {
    /// The cursor means nothing to this server (any more): begin anew from 0. Such a page has no rows.
    package let reset: Bool
    /// Names the history that the sequence numbers belong to; nil for a person of whom the server has nothing.
    package let epoch: String?
    /// The newest sequence number there is.
    package let head: Int64
    /// The cursor after these rows.
    package let to: Int64
    /// There are rows after these.
    package let hasMore: Bool
    /// The tags of all live rows added up, modulo 2^52.
    package let check: Int64
    /// How many rows are live.
    package let live: Int64
    /// Deletions up to here are no longer told.
    package let horizon: Int64
    /// The server's clock, in milliseconds since 1970.
    package let now: Int64
    /// When the person last had everything deleted, by the server's clock; 0: never.
    package let forgotten: Int64
    /// By rising sequence number, each row once.
    package let rows: [RemoteRow]

    package init(
        reset: Bool = false, epoch: String?, head: Int64, to: Int64, hasMore: Bool = false, check: Int64, live: Int64,
        horizon: Int64 = 0, now: Int64, forgotten: Int64 = 0, rows: [RemoteRow]
    ) {
        self.reset = reset
        self.epoch = epoch
        self.head = head
        self.to = to
        self.hasMore = hasMore
        self.check = check
        self.live = live
        self.horizon = horizon
        self.now = now
        self.forgotten = forgotten
        self.rows = rows
    }
}

extension PullPage {
    /// The same in parts of so many rows, each like a page of the server's: all but the last say that there is more.
    package func slices(of size: Int) -> [PullPage] {
        guard !reset, size > 0, rows.count > size else { return [self] }
        return stride(from: 0, to: rows.count, by: size).map { start in
            let end = min(start + size, rows.count)
            let isLast = end == rows.count
            return PullPage(
                epoch: epoch, head: head, to: isLast ? to : rows[end - 1].sequence, hasMore: isLast ? hasMore : true,
                check: check,
                live: live, horizon: horizon, now: now, forgotten: forgotten, rows: Array(rows[start..<end]))
        }
    }
}
