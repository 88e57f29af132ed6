import CompanionServices
import Foundation
import Synchronization

/// Shows a spoken conversation: lines of what was said, and at a terminal a last line that is alive.
final class TalkScreen: Sendable {
    private struct State {
        var phase = TurnPhase.idle
        var level: Float = -100
        var isVoice = false
        var partial = ""
        var turns: [TurnTimes] = []
        var hasLine = false
    }

    private let context: CommandContext
    private let mode: TurnMode
    private let state = Mutex(State())

    init(context: CommandContext, mode: TurnMode) {
        self.context = context
        self.mode = mode
    }

    private var isLive: Bool { context.terminal.outputIsTerminal }

    func begin() async throws {
        guard isLive else {
            // For those who wait for it before they speak.
            try await context.errors.writeLine("Listening. Ctrl-C ends.")
            return
        }
        let how =
            switch mode {
            case .open: "Speak when you like; Enter silences me."
            case .wakeWord: "Say the wake word, or press Enter, and speak."
            case .pushToTalk: "Enter, speak, Enter."
            }
        try await note("\(how) m and Enter mutes, q and Enter ends.")
    }

    func show(_ news: VoiceNews) async throws {
        switch news {
        case .phase(let phase):
            state.withLock { state in
                state.phase = phase
                if phase != .capturing, phase != .speaking { state.partial = "" }
            }
            try await draw()
        case .level(let level, let isVoice):
            state.withLock { ($0.level, $0.isVoice) = (level, isVoice) }
            try await draw()
        case .partial(let text), .saying(let text):
            state.withLock { $0.partial = text }
            try await draw()
        case .said(let text): try await line("you", text)
        case .answer(let reply):
            state.withLock { $0.partial = "" }
            try await line("companion", reply.text)
        case .interrupted(let heard):
            try await line("", heard.isEmpty ? "(interrupted before anything was heard)" : "(interrupted; heard: \(heard))")
        case .resumed: try await line("", "(goes on)")
        case .refused(let text, let reason): if reason == .echo { try await line("", "(heard itself: \(text))") }
        case .measured(let times):
            state.withLock { $0.turns.append(times) }
            if isLive { try await note("\(times.total) ms") }
        case .trouble(let trouble, let detail): try await warn(Self.words(for: trouble, detail))
        case .loudspeaker(let isThere):
            try await warn(isThere ? "The loudspeaker is back." : "The loudspeaker is gone; waiting for it to return.")
        case .microphone(let error):
            try await warn(error.map { "The microphone is gone: \($0)" } ?? "The microphone is back.")
        case .microphoneSilent(let isSilent):
            if isSilent {
                try await warn("Nothing comes from the microphone: is it switched off? 'companion-edge devices test' looks.")
            }
        case .speaking, .spoken, .farewell: break
        }
    }

    func show(isMuted: Bool) async throws {
        let key = isLive ? "m and Enter" : "'companion-edge voice unmute'"
        try await tell(isMuted ? "The microphone is off; \(key) turns it on." : "The microphone is on.")
    }

    /// Nobody is recorded without being told.
    func showRecording() async throws {
        try await tell("This conversation is recorded; 'companion-edge recordings off' ends that.")
    }

    /// Something that is no part of the conversation.
    private func tell(_ text: String) async throws {
        if isLive { try await note(text) } else { try await context.errors.writeLine(text) }
    }

    func note(_ text: String) async throws { try await line("", text, isFaint: true) }

    /// The last line goes away.
    func finish() async throws {
        if isLive { try await context.output.write("\r\u{1B}[K") }
    }

    /// Where the time of each turn went, in milliseconds.
    func showTable() async throws {
        let turns = state.withLock { $0.turns }
        guard !turns.isEmpty else {
            try await context.output.writeLine("No turn was answered.")
            return
        }
        var table = TextTable("TURN", "NOTICED", "WORDS", "END", "ANSWER", "SOUND", "TOTAL")
        for (index, turn) in turns.enumerated() {
            table.add(
                "\(index + 1)", "\(turn.noticed - turn.voiceEnd)", "\(turn.transcript - turn.voiceEnd)",
                "\(turn.endpoint - turn.voiceEnd)", "\(turn.prepared - turn.voiceEnd)", "\(turn.firstSound - turn.voiceEnd)",
                "\(turn.total)")
        }
        try await context.output.write(table.text(for: context.terminal))
        var metrics = VoiceMetrics()
        for turn in turns { metrics.note(turn) }
        if let half = metrics.latency(percentile: 50), let most = metrics.latency(percentile: 95) {
            try await context.output.writeLine("Half of the turns were answered within \(half) ms, 95 % within \(most) ms.")
        }
    }

    private func line(_ who: String, _ text: String, isFaint: Bool = false) async throws {
        let text = PrintableText.oneLine(text)
        if isLive { try await context.output.write("\r\u{1B}[K") }
        let name = who.padding(toLength: 11, withPad: " ", startingAt: 0)
        try await context.output.writeLine(name + (isFaint ? context.style(.faint, text) : text))
        try await draw()
    }

    private func warn(_ text: String) async throws {
        if isLive { try await context.output.write("\r\u{1B}[K") }
        try await context.warn(text)
        try await draw()
    }

    private func draw() async throws {
        guard isLive else { return }
        let (phase, level, isVoice, partial) = state.withLock { ($0.phase, $0.level, $0.isVoice, $0.partial) }
        let bars = max(0, min(10, Int((level + 60) / 5)))
        let meter = String(repeating: isVoice ? "█" : "▒", count: bars) + String(repeating: " ", count: 10 - bars)
        let room = max(0, context.terminal.width - 30)
        let words = partial.count > room ? "…" + partial.suffix(max(0, room - 1)) : partial[...]
        let text = "\(meter)  \(Self.name(of: phase).padding(toLength: 12, withPad: " ", startingAt: 0))  \(words)"
        try await context.output.write("\r\u{1B}[K" + PrintableText.visible(text))
    }

    private static func name(of phase: TurnPhase) -> String {
        switch phase {
        case .idle: "asleep"
        case .listening, .followUp: "listening"
        case .capturing: "hearing you"
        case .endpointing: "…"
        case .thinking: "thinking"
        case .speaking: "speaking"
        case .paused: "interrupted?"
        }
    }

    private static func words(for trouble: TurnEffect.Trouble, _ detail: String?) -> String {
        let what =
            switch trouble {
            case .notUnderstood: "What you said could not be recognised."
            case .recogniserSlow: "The recogniser did not answer in time."
            case .replyFailed: "There is no answer."
            case .replySlow: "The answer took too long."
            case .soundStuck: "The loudspeaker stood still."
            case .loudspeakerLost: "The loudspeaker did not come back; the answer was not spoken to its end."
            case .stuck, .impossible: "The conversation was stuck and begins anew."
            }
        return detail.map { "\(what) \($0)" } ?? what
    }
}
