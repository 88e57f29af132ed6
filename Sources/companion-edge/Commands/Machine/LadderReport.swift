import CompanionServices

/// What `status` tells of the language models, since the daemon began.
struct LadderReport: Encodable, Sendable {
    let rungs: [RungReport]
    let counters: LadderCounters

    /// Nil when there are no models.
    init?(_ ladder: LanguageLadder?) {
        guard let ladder else { return nil }
        counters = ladder.metrics
        rungs = ladder.state.map { RungReport(name: $0.kind.rawValue, $0.health) }
    }

    var lines: [String] {
        var lines = rungs.map { $0.line($0.answers.counted("answer")) }
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
