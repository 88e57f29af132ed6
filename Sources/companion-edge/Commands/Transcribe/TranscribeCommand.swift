import ArgumentParser
import AudioIO
import CompanionServices
import Foundation
import Logging

struct TranscribeCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe",
        abstract: "Write down what is said in a WAV file.",
        discussion: """
            The file is read in pieces, so it may be as long as it likes, and each stretch of speech becomes a line as soon as it \
            was understood. English is understood on this machine when 'models install' was done. Urdu needs a service \
            (COMPANION_TRANSCRIPTION_MODEL, COMPANION_WYOMING_STT); where the settings name one, the sound goes there. Without, \
            nothing leaves this machine.

            EXAMPLES:
              companion-edge transcribe meeting.wav
              companion-edge transcribe meeting.wav --times
              arecord -f S16_LE -r 16000 -d 5 | companion-edge transcribe -
              companion-edge transcribe meeting.wav --json | jq -r '.pieces[].text'
            """)
    static let place = CommandPlace.here

    @Argument(help: "A WAV file; '-' is standard input.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "The language that is spoken, en or ur. Without it COMPANION_LANGUAGE, or English.", valueName: "language"))
    var language: String?

    @Flag(help: "Put the time before each line.")
    var times = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    var files: CommandFiles { CommandFiles(input: file) }

    mutating func validate() throws {
        if let language, Language(rawValue: language) == nil {
            throw ValidationError("'\(language)' is no language known here; use en or ur.")
        }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let language = language.flatMap(Language.init(rawValue:)) ?? context.configuration.language ?? .english
        let store = ModelStore(context.configuration, in: context.workingDirectory)
        let logger = context.logger
        let engines = SpeechEngines(store) { logger.warning("\($0)") }
        let own = engines.recogniser()
        let recogniser = SpeechServices(
            context.configuration, pool: ConnectionPool(context.configuration, clock: context.clock), tuning: .leisurely,
            logger: logger
        ).recogniser(above: own)
        if !recogniser.languages.contains(language) { try own.check(language) }
        let detector = VoiceActivityDetector(model: engines.voiceActivityModel(), settings: Self.settings)
        var transcription = FileTranscription(name: file, recogniser: recogniser, language: language, detector: detector)
        var pieces: [TranscribedPiece] = []
        var notice = Self.noticeEvery
        while let bytes = try await context.input.read() {
            for piece in try await transcription.add(bytes) { try await show(piece, &pieces, context) }
            // Of a long file without a word nothing else would be seen for minutes.
            guard transcription.audioSeconds >= notice else { continue }
            try await context.errors.writeLine("\(TranscribedPiece.clock(notice)) of sound were read so far.")
            notice += Self.noticeEvery
        }
        for piece in try await transcription.finish() { try await show(piece, &pieces, context) }
        if transcription.isTruncated {
            try await context.warn("The file ends earlier than its header says; it was read as far as it goes.")
        }
        let report = TranscriptionReport(
            language: language.rawValue, audioSeconds: transcription.audioSeconds, computeSeconds: transcription.computeSeconds,
            pieces: pieces)
        if json {
            try await context.writeJSON(report)
        } else {
            try await context.errors.writeLine(report.summary)
        }
        return pieces.isEmpty ? .failure : .ok
    }

    private func show(_ piece: TranscribedPiece, _ pieces: inout [TranscribedPiece], _ context: CommandContext) async throws {
        pieces.append(piece)
        guard !json else { return }
        try await context.output.writeLine((times ? "[\(piece.clock)] " : "") + PrintableText.oneLine(piece.text))
    }

    /// Seconds of sound after which it is said again how far reading came.
    private static let noticeEvery = 600.0

    /// Nobody waits for an answer: pauses within a sentence need not end it.
    private static let settings = {
        var settings = VoiceActivityDetector.Settings()
        settings.minimumSilence = 600
        settings.preRoll = 300
        return settings
    }()
}

/// What `transcribe --json` prints.
struct TranscriptionReport: Encodable, Sendable {
    let language: String
    let audioSeconds: Double
    let computeSeconds: Double
    let pieces: [TranscribedPiece]

    enum CodingKeys: String, CodingKey {
        case language, pieces
        case audioSeconds = "audio_seconds"
        case computeSeconds = "compute_seconds"
    }

    var summary: String {
        guard !pieces.isEmpty else { return "No speech was found in \(TranscribedPiece.clock(audioSeconds)) of sound." }
        let work = String(format: "%.1f", computeSeconds)
        return "\(TranscribedPiece.clock(audioSeconds)) of sound, understood in \(work) s of work."
    }
}

/// A stretch of speech.
struct TranscribedPiece: Encodable, Sendable, Hashable {
    /// Seconds since the file's beginning.
    let start: Double
    let end: Double
    let text: String

    var clock: String { Self.clock(start) }

    static func clock(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        let (minutes, rest) = (tenths / 600 % 60, tenths % 600)
        return String(format: "%d:%02d:%02d.%d", tenths / 36_000, minutes, rest / 10, rest % 10)
    }
}

extension CommandFailure {
    init(wave error: WaveError) {
        self.init(.data, error.description, advice: error.advice)
    }
}
