import ArgumentParser
import AudioIO
import CompanionServices
import Foundation
import Logging

struct SayCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "say",
        abstract: "Say a text aloud.",
        discussion: """
            Reads standard input when no text is given. The text is spoken sentence by sentence, while the next ones are made. \
            English is spoken by piper-joe when 'models install piper-joe' was done, everything else by espeak-ng; services that \
            the settings name, such as Uplift's for Urdu, speak before them, unless --voice chooses.

            EXAMPLES:
              companion-edge say "the tea is ready"
              companion-edge say "چائے تیار ہے" --device alsa:hw:CARD=Device,DEV=0
              companion-edge say "good morning" --output morning.wav
              companion-edge say "it is 14:30" --voice en-gb
            """)
    static let place = CommandPlace.here

    @Argument(help: "What to say.")
    var text: [String] = []

    @Option(
        help: ArgumentHelp("The loudspeaker, if not the one of the settings; 'devices list' shows them.", valueName: "device"))
    var device: String?

    @Option(
        help: ArgumentHelp("piper-joe when it is installed, or a voice of espeak-ng ('espeak-ng --voices').", valueName: "name"))
    var voice: String?

    @Option(help: ArgumentHelp("The language, en or ur. Without it, the one of the script.", valueName: "language"))
    var language: String?

    @Option(
        name: [.customLong("output"), .customLong("out")],
        help: ArgumentHelp("Write a WAV file instead of playing.", valueName: "file"))
    var outputFile: String?

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var shared: SharedOptions

    /// Characters; half an hour of speech.
    private static let limit = 30_000

    var files: CommandFiles { CommandFiles(output: outputFile, replacesOutput: force) }

    mutating func validate() throws {
        if let language, Language(rawValue: language) == nil {
            throw ValidationError("'\(language)' is no language known here; use en or ur.")
        }
        do {
            if let device { _ = try AudioDeviceID(device) }
        } catch {
            throw ValidationError(error.description)
        }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let text = try await words(context)
        let language = language.flatMap(Language.init(rawValue:)) ?? Language(scriptOf: text)
        let logger = context.logger
        let engines = SpeechEngines(ModelStore(context.configuration, in: context.workingDirectory)) { logger.warning("\($0)") }
        let own = engines.voice(named: voice ?? (language == .english ? context.configuration.speakingVoice : nil))
        // Who names a voice of this device means that one.
        let pool = ConnectionPool(context.configuration, clock: context.clock)
        let services = voice == nil ? SpeechServices(context.configuration, pool: pool, logger: logger) : nil
        let speech = Speech(voice: services?.voice(above: own) ?? own, language: language)
        let pieces = SentenceChunker.pieces(of: text)
        guard !pieces.isEmpty else { throw CommandFailure(.data, "There is nothing to say in that.") }
        if outputFile != nil {
            try await context.output.write(try await speech.waveFile(of: pieces))
        } else {
            try await speech.play(
                pieces, on: try AudioDeviceID(device ?? context.configuration.loudspeaker).resolved(in: context.workingDirectory),
                context)
        }
        return .ok
    }

    private func words(_ context: CommandContext) async throws -> String {
        let given = text.joined(separator: " ")
        let bytes = text.isEmpty ? try await context.readAll(limit: 4 * Self.limit) : Array(given.utf8)
        let words = PrintableText.lines(String(decoding: bytes, as: UTF8.self))
        guard words.count <= Self.limit else {
            throw CommandFailure(.data, "The text has more than \(Self.limit) characters.", advice: "Say it in parts.")
        }
        return words
    }
}
