import AudioIO
import CompanionServices
import Foundation
import TestSupport
import Testing

/// The program in conversation with a synthetic person, through a sound server.
struct SpokenConversation: WitnessedConversation {
    let home: Home
    let server: SoundServer
    let program: ChildProcess
    /// Reads what the turn engine saw and decided.
    let log: ChildProcess
    /// Where the person speaks.
    private let place: String

    /// The person's voice, which is the better understood one, and the companion's: the embedded one, whatever else is installed.
    static let voices = (person: "piper-joe", companion: "en-gb")

    /// - Parameters:
    ///   - microphone: `mic` hears the person alone; `loop`, into which the person speaks as well, hears the loudspeaker as loud as it is.
    ///   - terminal: whether it runs at a (pseudo) terminal, whose keys are the program's input.
    static func begin(
        _ arguments: String..., at home: Home? = nil, with server: SoundServer? = nil, microphone: String = "mic",
        terminal: Bool = false, settings: [String: String] = [:]
    ) async throws -> SpokenConversation {
        let home = try home ?? Home()
        let server = if let server { server } else { try await SoundServer() }
        let pipe = home.folder.file("turns-\(UUID())")
        try #require(mkfifo(pipe.path, 0o600) == 0)
        let log = try ChildProcess(URL(filePath: "/usr/bin/env"), ["cat", pipe.path])
        let command =
            [
                "talk", "--microphone", "alsa:\(microphone)", "--loudspeaker", "alsa:speaker", "--record-turns", pipe.path,
            ] + arguments
        let environment = server.environment.merging([
            "COMPANION_MODELS_DIR": try SpeechModels.ready().path, "COMPANION_SPEAKING_VOICE": voices.companion,
        ]) { $1 }.merging(settings) { $1 }
        let program: ChildProcess
        let hasBegun: Bool
        if terminal {
            program = try home.atTerminal(command, environment: environment)
            hasBegun = await program.output { $0.contains("q and Enter ends") }
        } else {
            program = try home.start(command, environment: environment)
            hasBegun = await program.errors(contain: "Listening")
        }
        guard hasBegun else {
            throw PeerError(description: "talk did not begin: \(program.outputSoFar)\(program.errorsSoFar)")
        }
        // What it says and what it logs come by two ways: the log's first line may be later.
        let hasLog = await log.output { (try? TurnLog(lines: $0)) != nil }
        guard hasLog else {
            throw PeerError(description: "talk began no log: \(program.errorsSoFar)")
        }
        return SpokenConversation(
            home: home, server: server, program: program, log: log, place: microphone == "loop" ? "speaker" : "room")
    }

    /// How often the answer has been heard to its end.
    static func finished(_ log: TurnLog) -> Int { log.entries.count { $0.effects.contains(.phase(.followUp)) } }

    /// The person says something into the room.
    func say(_ text: String) async throws { try await play(try await sound(of: text, by: Self.voices.person)) }

    /// How it sounds, at 48 kHz; the same each time.
    func sound(of text: String, by voice: String) async throws -> [Int16] {
        try await Self.sound(of: text, by: voice, at: home)
    }

    static func sound(of text: String, by voice: String, at home: Home) async throws -> [Int16] {
        let file = home.folder.file("said-\(voice)-\(text.hashValue).wav")
        // An installed voice never says it twice in the same way.
        if FileManager.default.fileExists(atPath: file.path) { return try samples(file) }
        let made = try await home.start(
            "say", text, "--voice", voice, "--output", file.path,
            environment: ["COMPANION_MODELS_DIR": try SpeechModels.ready().path]
        ).ended()
        guard made.status == 0 else { throw PeerError(description: made.errors) }
        return try samples(file)
    }

    /// The person leaves by Ctrl-C.
    func end() async -> ChildProcess.Ended {
        program.send(signal: SIGINT)
        return await program.ended()
    }

    /// Says something that is not to be listened to, and waits until it was heard.
    func sayInVain(_ text: String, by voice: String = voices.person) async throws {
        let before = Self.voices(try turns)
        try await play(try await sound(of: text, by: voice))
        try await until { Self.voices($0) > before }
    }

    /// How many voices were heard to their end.
    private static func voices(_ log: TurnLog) -> Int {
        log.entries.count { if case .voiceEnded = $0.event { true } else { false } }
    }

    /// How many answers were heard to their end.
    static func answers(_ log: TurnLog) -> Int {
        log.entries.count { if case .playbackFinished = $0.event { true } else { false } }
    }

    /// Whether an answer was heard to its end that was begun after so many entries.
    static func hasAnswered(_ log: TurnLog, after count: Int) -> Bool {
        let entries = log.entries.dropFirst(count)
        let spoken = spoken(in: entries)
        return entries.contains { entry in
            if case .playbackFinished(let generation) = entry.event { spoken.contains(generation) } else { false }
        }
    }

    /// Whether somebody who was listened to after so many entries got no answer, or one that broke off, and all is quiet again.
    static func wasInVain(_ log: TurnLog, after count: Int) -> Bool {
        guard isResting(log) else { return false }
        let entries = log.entries.dropFirst(count)
        let spoken = spoken(in: entries)
        // Who was listened to already may be the one.
        let earlier = TurnLog(start: log.start, entries: Array(log.entries.prefix(count)))
        var begun = Set(isResting(earlier) ? [] : hearings(in: earlier).suffix(1))
        for effect in entries.flatMap(\.effects) {
            switch effect {
            case .hear(let hearing, _, _): begun.insert(hearing)
            case .dropHearing(let hearing, _), .refused(let hearing, _, _):
                if begun.contains(hearing) { return true }
            case .cut(let generation): if spoken.contains(generation) { return true }
            default: break
            }
        }
        return false
    }

    /// The answers that are begun.
    private static func spoken(in entries: some Sequence<TurnLog.Entry>) -> Set<Int> {
        Set(entries.flatMap(\.effects).compactMap { if case .speak(let generation, _) = $0 { generation } else { nil } })
    }

    /// How many answers were cut.
    static func cuts(_ log: TurnLog) -> Int {
        log.entries.flatMap(\.effects).count { if case .cut = $0 { true } else { false } }
    }

    /// Whether nobody speaks, and nothing is being thought about.
    static func isResting(_ log: TurnLog) -> Bool {
        let phases = log.entries.flatMap(\.effects).compactMap { if case .phase(let phase) = $0 { phase } else { nil } }
        return [.idle, .listening, .followUp].contains(phases.last)
    }

    /// How many pieces of speech were given to the recogniser.
    static func hearings(_ log: TurnLog) -> Int { hearings(in: log).count }

    private static func hearings(in log: TurnLog) -> [Int] {
        log.entries.flatMap(\.effects).compactMap { if case .hear(let hearing, _, _) = $0 { hearing } else { nil } }
    }

    func play(_ samples: [Int16]) async throws {
        let speaker = try await server.speak(samples, into: place)
        _ = await speaker.ended()
    }

    /// The samples of a WAV file of one channel, at 48 kHz.
    static func samples(_ file: URL) throws -> [Int16] {
        let bytes = [UInt8](try Data(contentsOf: file))
        let rate = Int(bytes[24]) | Int(bytes[25]) << 8 | Int(bytes[26]) << 16
        let samples = samples(raw: Data(bytes.dropFirst(44)))
        return rate == 48_000 ? samples : try RateConverter(from: rate, to: 48_000).convert(samples)
    }

    static func samples(raw data: Data) -> [Int16] {
        let bytes = [UInt8](data)
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    /// Whether almost two seconds of an answer were heard that was begun after so many entries.
    static func isWellHeard(_ log: TurnLog, after count: Int) -> Bool {
        let entries = log.entries.dropFirst(count)
        let spoken = spoken(in: entries)
        // Each piece of it is counted from its beginning; where it stood still, it goes on a little before that.
        var (answer, whole, piece, goesBack) = (0, 0, 0, false)
        for entry in entries {
            if entry.effects.contains(where: { if case .resume = $0 { true } else { false } }) { goesBack = true }
            guard case .playbackMoved(let generation, let heard) = entry.event, spoken.contains(generation) else { continue }
            if generation != answer { (answer, whole, piece) = (generation, 0, 0) }
            if heard < piece, !goesBack { whole += piece }
            (piece, goesBack) = (heard, false)
        }
        return whole + piece >= 1800
    }
}
