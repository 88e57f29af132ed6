import ArgumentParser
import AudioIO
import CompanionServices
import Foundation
import LocalStore

struct HistoryPlay: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play the recording of a turn, the last one if none is named.",
        discussion: """
            There are recordings only while 'companion-edge recordings on' is in force. The person and the companion are mixed.

            EXAMPLES:
              companion-edge history play
              companion-edge history play 019abf3e-7b1c-7c3d-a1b2-0123456789ab
              companion-edge history play --device wav:turn.wav
            """)

    @Argument(help: "The id of a message of the turn, or the beginning of it, as 'history show --json' shows it.")
    var message: String?

    @Option(
        help: ArgumentHelp("The loudspeaker, if not the one of the settings; 'devices list' shows them.", valueName: "device"))
    var device: String?

    @OptionGroup var shared: SharedOptions

    /// How long a loudspeaker that went away is waited for.
    private static let patience = Duration.seconds(20)

    mutating func validate() throws {
        if let device { try DeviceName.check(device) }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let household = try await context.households.household()
        let shelf = RecordingShelf(companion.store, in: household.directory, clock: context.clock)
        try await shelf.recover(context.logger)
        guard let recording = try await shelf.newest(of: message?.lowercased()) else {
            throw CommandFailure(
                .failure, message == nil ? "There is no recording." : "There is no recording of that message.",
                advice: "'companion-edge recordings on' records from then on.")
        }
        guard shelf.folder.has(recording.sha256) else {
            throw CommandFailure(
                .unavailable, "The recording was made on another device and is not here yet.",
                advice: "'companion-edge sync' fetches it.")
        }
        let reader = try OggOpusReader(path: shelf.folder.file(recording.sha256).path, rate: 48_000)
        let sink = try await PlaybackSink(
            try AudioDeviceID(device ?? context.configuration.loudspeaker).resolved(in: context.workingDirectory),
            patience: Self.patience)
        do {
            try await play(reader, on: sink)
        } catch {
            // The task may be cancelled; giving the device back is not.
            _ = await Task { try await sink.close() }.result
            throw error
        }
        try await sink.close()
        return .ok
    }

    private func play(_ reader: OggOpusReader, on sink: PlaybackSink) async throws {
        let item = PlaybackItemID(generation: 0, number: 0)
        let converter = try RateConverter(from: reader.rate, to: sink.rate)
        let channels = reader.channels
        while let sound = try reader.read() {
            // Both sides are rarely loud at once, so that their sum fits.
            let mixed = stride(from: 0, to: sound.count, by: channels).map { start in
                Int16(clamping: sound[start..<(start + channels)].reduce(0) { $0 + Int($1) })
            }
            try await sink.enqueue(converter.convert(mixed), to: item)
        }
        try await sink.enqueue(converter.finish(), to: item)
        sink.finish(item)
        for await event in sink.events { if event == .finished(item) || event == .drained { return } }
        try Task.checkCancellation()
        throw sink.failure ?? AudioError(.lost, "The loudspeaker did not come back.")
    }
}
