import CompanionServices

/// What `status` tells of the services that speak and hear, since the daemon began.
struct SpeechReport: Encodable, Sendable {
    struct Service: Encodable, Sendable {
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

        init(_ state: SpeechRungState) {
            name = state.name
            isResting = state.health.isResting
            answers = state.health.answers
            failures = state.health.failures
            trouble = state.health.lastTrouble
        }

        var line: String {
            var text = "\(name): \(answers.counted("time")) used, \(failures.counted("failure"))"
            if let trouble { text += ", the last: \(PrintableText.oneLine(trouble))" }
            return text + (isResting ? " (resting)" : "")
        }
    }

    let voices: [Service]
    let recognisers: [Service]

    /// Nil when there are none.
    init?(_ services: SpeechServices) {
        voices = services.voices.state.map { Service($0) }
        recognisers = services.recognisers.state.map { Service($0) }
        if voices.isEmpty, recognisers.isEmpty { return nil }
    }

    var lines: [String] { voices.map { "speaks: \($0.line)" } + recognisers.map { "hears: \($0.line)" } }
}
