/// What becomes of the moments inside a change when the clock it was made under turns out to have been wrong.
///
/// A moment that the program took from the clock (when a conversation began, when something was announced) was as wrong as the
/// clock and moves with it. When a reminder is due was not taken from the clock but said: it stays the time of day that the person
/// named. A timer, which is a length of time, moves when the clock is set, by what watches the reminders, as a change of its own.
struct RetimedMoments {
    let table: SyncedTable
    /// What the entry's clock showed when it was made, in milliseconds since 1970, and what it should have shown.
    let shown: Int64
    let moment: Int64
    /// How long the machine had been up by then, in milliseconds; nil if that is not known.
    let uptime: Int64?

    /// A second for what a transaction takes.
    private static let tolerance: Int64 = 1000
    private static let moment: Int64 = 10_000
    private static let day: Int64 = 86_400_000

    /// The columns that change, and what they become.
    func changes(in patch: [String: JSONValue]) -> [String: Timestamp] {
        var result: [String: Timestamp] = [:]
        for column in table.columns where column.kind == .time && column.name != "due_at" {
            // Columns that travel together may hold what another device wrote, with only one of them changed here.
            let longest = table.group.contains(column.name) ? Self.moment : max(0, uptime ?? Self.day)
            guard let old = patch[column.name]?.stringValue.flatMap(Timestamp.init(iso8601:)),
                isOfThisClock(old.milliseconds, longest: longest)
            else { continue }
            result[column.name] = Timestamp(milliseconds: old.milliseconds + moment - shown)
        }
        return result
    }

    /// Whether a moment was taken from the clock while it showed what it did: not before the machine was started, not later than
    /// the change. Others come from elsewhere, such as an archive.
    private func isOfThisClock(_ value: Int64, longest: Int64) -> Bool {
        (shown - longest...shown + Self.tolerance).contains(value)
    }
}
