import CompanionServices
import LocalStore

/// What `voice` and `status` tell of the daemon's listening.
struct VoiceReport: Encodable, Sendable {
    let state: String
    let isMuted: Bool
    /// In percent; 0 while nothing is to be heard.
    let volume: Int
    let since: Timestamp?
    let problem: String?
    let restarts: Int
    let turns: Int
    /// Milliseconds from the person's last sound to the companion's first, of half and of 95 % of the turns.
    let latencyHalf: Int?
    let latencyMost: Int?
    let interruptions: Int
    let falseInterruptions: Int
    let echoesRefused: Int
    let answersDiscarded: Int
    let deviceLosses: Int
    /// Devices that went away and did not come back yet.
    let missing: [String]

    init(_ context: CommandContext) async throws {
        let household = try await context.households.household()
        let choice = try await VoiceSwitch.kept(in: household.devices)
        self.init(household.voice.status, choice)
    }

    private init(_ status: VoiceSwitch.Status, _ choice: VoiceSwitch.Choice) {
        state = status.state.rawValue
        isMuted = choice.isMuted
        volume = choice.loudness.isSilent ? 0 : choice.loudness.volume
        since = status.since
        problem = status.problem
        restarts = status.restarts
        turns = status.metrics.turns
        latencyHalf = status.metrics.latency(percentile: 50)
        latencyMost = status.metrics.latency(percentile: 95)
        interruptions = status.metrics.interruptions
        falseInterruptions = status.metrics.resumed
        echoesRefused = status.metrics.echoes
        answersDiscarded = status.metrics.discarded
        deviceLosses = status.metrics.losses
        missing =
            (status.lacksMicrophone && !choice.isMuted ? ["microphone"] : []) + (status.lacksLoudspeaker ? ["loudspeaker"] : [])
    }

    func lines(moments: Moments) -> [String] {
        var lines = ["\(state)\(since.map { " since \(moments.text($0))" } ?? "")\(isMuted ? ", the microphone is off" : "")"]
        if volume < 100 { lines[0] += volume == 0 ? ", silent" : ", speaking at \(volume) %" }
        if let problem { lines.append("the last problem: \(PrintableText.oneLine(problem)) (begun anew \(restarts) times)") }
        for device in missing { lines.append("the \(device) is gone; it is tried again until it is there") }
        if deviceLosses > 0 { lines.append("the microphone or the loudspeaker went away \(deviceLosses) times") }
        guard turns > 0 else { return lines }
        let wait = latencyHalf.map { ", half of them within \($0) ms" } ?? ""
        lines.append(
            "\(turns) turns\(wait)\(latencyMost.map { ", 95 % within \($0) ms" } ?? ""); \(interruptions) interruptions, "
                + "\(falseInterruptions) taken back, \(echoesRefused) echoes refused")
        return lines
    }

    enum CodingKeys: String, CodingKey {
        case state, since, problem, restarts, turns, interruptions, volume, missing
        case isMuted = "muted"
        case latencyHalf = "latency_ms_p50"
        case latencyMost = "latency_ms_p95"
        case falseInterruptions = "false_interruptions"
        case echoesRefused = "echoes_refused"
        case answersDiscarded = "answers_discarded"
        case deviceLosses = "device_losses"
    }
}
