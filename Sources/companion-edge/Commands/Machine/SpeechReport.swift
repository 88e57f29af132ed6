import CompanionServices

/// What `status` tells of the services that speak and hear, since the daemon began.
struct SpeechReport: Encodable, Sendable {
    let voices: [RungReport]
    let recognisers: [RungReport]

    /// Nil when there are none.
    init?(_ services: SpeechServices) {
        voices = services.voices.state.map { RungReport(name: $0.name, $0.health) }
        recognisers = services.recognisers.state.map { RungReport(name: $0.name, $0.health) }
        if voices.isEmpty, recognisers.isEmpty { return nil }
    }

    var lines: [String] {
        voices.map { "speaks: \(Self.line($0))" } + recognisers.map { "hears: \(Self.line($0))" }
    }

    private static func line(_ service: RungReport) -> String { service.line("\(service.answers.counted("time")) used") }
}
