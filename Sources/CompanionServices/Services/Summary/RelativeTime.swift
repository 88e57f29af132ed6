import LocalStore

/// How long ago something was, as people say it, and how freely it may be used.
struct RelativeTime: Sendable, Hashable {
    /// Whole days.
    let days: Int
    /// Whole hours of the remainder.
    let hours: Int

    /// A moment in the future counts as now: clocks are set back.
    init(since then: Timestamp, now: Timestamp) {
        let seconds = Int(max(0, now.seconds(since: then)))
        days = seconds / 86_400
        hours = seconds % 86_400 / 3600
    }

    var words: String {
        switch days {
        case 0: hours == 0 ? "earlier today" : Self.ago(hours, "hour")
        case 1: "yesterday"
        case ..<7: Self.ago(days, "day")
        case ..<30: Self.ago(days / 7, "week")
        case ..<365: Self.ago(days / 30, "month")
        default: Self.ago(days / 365, "year")
        }
    }

    /// One line of guidance for whoever uses a summary of this age.
    var guidance: String {
        switch days {
        case 0: "Highly relevant: use it freely."
        case ..<7: "Use it when the topic aligns."
        case ..<30: "Background only: do not force it."
        default: "Mention it only if they raise it."
        }
    }

    static let unknownGuidance = "Use it naturally."

    private static func ago(_ count: Int, _ unit: String) -> String {
        "\(count) \(unit)\(count == 1 ? "" : "s") ago"
    }
}
