import LocalStore
import SyncEngine

/// What a sync would do, for people and for scripts.
struct SyncPlanReport: Encodable, Sendable {
    let user: String
    let account: String
    /// Changes by table.
    let outgoing: [String: Int]
    /// At most so many rows.
    let incoming: Int64
    let full: Bool
    let quarantined: Int

    init(_ person: Person, _ account: Account, _ plan: SyncPlan) {
        user = person.id.text
        self.account = account.id.text
        outgoing = plan.outgoing
        incoming = plan.incoming
        full = plan.isFullPull
        quarantined = plan.quarantined
    }

    func lines(_ account: Account) -> [String] {
        let tables = outgoing.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let down =
            full ? "everything: \(incoming.counted("row"))" : incoming == 0 ? "nothing" : "up to \(incoming.counted("change"))"
        return [
            "Nothing was sent or changed. The next sync with \(account.project) as \(account.shownName) would",
            "  send      \(tables.isEmpty ? "nothing" : tables)", "  receive   \(down)",
        ]
    }
}
