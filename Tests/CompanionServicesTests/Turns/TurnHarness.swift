@testable import CompanionServices

/// A conversation told to the engine event by event.
struct TurnHarness {
    var engine: TurnEngine
    var log: TurnLog
    /// Everything decided since the last look.
    private var news: [TurnEffect] = []

    init(mode: TurnMode = .open, change: (inout TurnSettings) -> Void = { _ in }) {
        var settings = TurnSettings()
        settings.mode = mode
        change(&settings)
        engine = TurnEngine(settings: settings)
        log = TurnLog(start: TurnLog.Start(settings: settings, endpoint: EndpointDelay()))
        tell(.began, at: 0)
        _ = look()
    }

    var phase: TurnPhase { engine.phase }

    mutating func tell(_ event: TurnEvent, at time: TurnTime) {
        let effects = engine.handle(event, at: time)
        log.entries.append(TurnLog.Entry(at: time, event: event, effects: effects))
        news += effects
    }

    /// Lets time pass, as somebody does who wakes for each deadline.
    mutating func wait(until time: TurnTime) {
        while let deadline = engine.nextDeadline, deadline < time { tell(.tick, at: deadline) }
        tell(.tick, at: time)
    }

    /// What was decided since the last look, changes of phase left out.
    mutating func look() -> [TurnEffect] {
        defer { news = [] }
        return news.filter { if case .phase = $0 { false } else { true } }
    }

    /// The number of the newest hearing.
    var hearing: Int { engine.lastHearing }
    var generation: Int { engine.lastGeneration }

    /// Somebody speaks, and the words come `compute` after the silence was noticed, 250 ms after the last of the voice.
    mutating func person(_ text: String, from start: TurnTime, to end: TurnTime, compute: Int = 100) {
        wait(until: start + 60)
        tell(.voiceStarted(at: start), at: start + 60)
        wait(until: end + 250)
        tell(.voiceEnded(at: end), at: end + 250)
        wait(until: end + 250 + compute)
        tell(.transcript(hearing: hearing, text: text), at: end + 250 + compute)
    }

    /// A whole turn whose answer begins to be heard at `time`.
    mutating func answer(_ reply: String, to text: String, heardFrom time: TurnTime) {
        person(text, from: time - 2000, to: time - 1000)
        tell(.prepared(generation: generation), at: time - 600)
        tell(.saying(generation: generation, text: reply, isWhole: true), at: time - 600)
        wait(until: time)
        tell(.playbackStarted(generation: generation), at: time)
        _ = look()
    }

    /// The loudspeaker moves on until `time`.
    mutating func play(until time: TurnTime, from start: TurnTime) {
        for moment in stride(from: start, to: time, by: 250) {
            wait(until: moment)
            tell(.playbackMoved(generation: generation, heard: moment - start), at: moment)
        }
        wait(until: time)
    }
}
