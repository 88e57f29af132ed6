import CompanionServices

/// What `status` tells of the service that says what texts are about, since the daemon began.
struct MeaningReport: Encodable, Sendable {
    let model: String
    let service: RungReport
    let counters: MeaningService.Counters

    /// Nil when none is set up.
    init?(_ service: MeaningService?) {
        guard let service else { return nil }
        model = service.model
        counters = service.counters
        self.service = RungReport(name: service.kind.rawValue, service.health)
    }

    var lines: [String] {
        let wait = counters.answered > 0 ? " after \(counters.waited / counters.answered) ms" : ""
        return [
            service.line("\(PrintableText.oneLine(model)), \(counters.memories.counted("memory", "memories")) taken in"),
            "\(counters.questions.counted("question")): \(counters.answered) answered\(wait), \(counters.known) known from before, "
                + "\(counters.late) too late, \(counters.failed) failed, \(counters.skipped) not asked; "
                + "\(counters.tokens) tokens read",
        ]
    }
}
