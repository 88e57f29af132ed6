import CompanionServices

/// What `status` tells of one service of a ladder, since the daemon began.
struct RungReport: Encodable, Sendable {
    let name: String
    let isResting: Bool
    let answers: Int
    let failures: Int
    /// What went wrong last; gone once it does its part again.
    let trouble: String?

    enum CodingKeys: String, CodingKey {
        case name, answers, failures, trouble
        case isResting = "resting"
    }

    init(name: String, _ health: RungHealth) {
        self.name = name
        isResting = health.isResting
        answers = health.answers
        failures = health.failures
        trouble = health.lastTrouble
    }

    /// `done` is what it did so often, such as "3 answers".
    func line(_ done: String) -> String {
        var text = "\(name): \(done), \(failures.counted("failure"))"
        if let trouble { text += ", the last: \(PrintableText.oneLine(trouble))" }
        return text + (isResting ? " (resting)" : "")
    }
}
