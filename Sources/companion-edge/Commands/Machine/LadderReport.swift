import CompanionServices

/// What `status` tells of the language models, since the daemon began.
struct LadderReport: Encodable, Sendable {
    struct Rung: Encodable, Sendable {
        let name: String
        let isResting: Bool
        let answers: Int
        let failures: Int
        /// What went wrong last; gone once it answers again.
        let trouble: String?

        enum CodingKeys: String, CodingKey {
            case name, answers, failures, trouble
            case isResting = "resting"
        }
    }

    let rungs: [Rung]
    let counters: LadderCounters

    /// Nil when there are no models.
    init?(_ ladder: LanguageLadder?) {
        guard let ladder else { return nil }
        counters = ladder.metrics
        rungs = ladder.state.map { kind, health in
            Rung(
                name: kind.rawValue, isResting: health.isResting, answers: health.answers, failures: health.failures,
                trouble: health.lastTrouble)
        }
    }

    var lines: [String] {
        var lines = rungs.map { rung in
            var text = "\(rung.name): \(rung.answers.counted("answer")), \(rung.failures.counted("failure"))"
            if let trouble = rung.trouble { text += ", the last: \(PrintableText.oneLine(trouble))" }
            return text + (rung.isResting ? " (resting)" : "")
        }
        if counters.quiet > 0 { lines.append("\(counters.quiet.counted("question")) while nobody waited") }
        guard counters.questions > 0 else { return lines }
        let wait =
            counters.firstWordsCount > 0 ? ", first words after \(counters.firstWordsSum / counters.firstWordsCount) ms" : ""
        lines.append(
            "\(counters.questions.counted("turn")) handed over: \(counters.answered) answered\(wait), \(counters.handedOver) handed on "
                + "in the middle, \(counters.fellToFloor) answered here; \(counters.promptTokens) tokens read, "
                + "\(counters.answerTokens) said")
        return lines
    }
}
