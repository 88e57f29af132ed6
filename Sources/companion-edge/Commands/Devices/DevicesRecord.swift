import ArgumentParser
import AudioIO
import CompanionServices
import Foundation

struct DevicesRecord: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record what a microphone hears into a WAV file.",
        discussion: """
            The file has one channel at 16 kHz: what the companion's ears get. Time in which the microphone was away is silence in \
            it, so that everything stays at its moment. Ctrl-C ends the recording early and keeps it.

            EXAMPLES:
              companion-edge devices record --seconds 10 --output heard.wav
              companion-edge devices record --microphone alsa:hw:CARD=Device,DEV=0 --output heard.wav
            """)
    static let place = CommandPlace.here
    static let handlesSignals = true

    /// How long a microphone that went away is waited for.
    private static let patience = Duration.seconds(30)

    @Option(help: ArgumentHelp("The microphone, if not the one of the settings; 'devices list' shows them.", valueName: "device"))
    var microphone: String?

    @Option(help: ArgumentHelp("How long, up to ten minutes.", valueName: "seconds"))
    var seconds = 5.0

    @Option(name: [.customLong("output"), .customLong("out")], help: ArgumentHelp("The WAV file.", valueName: "file"))
    var outputFile: String

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var shared: SharedOptions

    var files: CommandFiles { CommandFiles(output: outputFile, replacesOutput: force) }

    mutating func validate() throws {
        guard seconds >= 0.1, seconds <= 600 else { throw ValidationError("Give between 0.1 and 600 seconds.") }
        if let microphone { try DeviceName.check(microphone) }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let device = try AudioDeviceID(microphone ?? context.configuration.microphone).resolved(in: context.workingDirectory)
        let capture = try await AudioCapture(device, patience: Self.patience)
        let (events, frames) = (capture.events(), capture.subscribe())
        let limit = Int(seconds * Double(CapturedFrame.rate))
        let timeline = try await withThrowingTaskGroup(of: Timeline?.self) { group in
            group.addTask {
                var timeline = Timeline(limit: limit)
                for await frame in frames where !timeline.isFull {
                    timeline.append(frame)
                    if timeline.isFull { break }
                }
                return timeline
            }
            group.addTask {
                for await event in events {
                    if case .opened(let rate) = event { try await context.warn("Recording at \(rate) Hz.") }
                    if let words = event.words { try await context.warn(words) }
                }
                return nil
            }
            group.addTask { [signals = context.signals] in
                // Whatever asks for an end ends the recording, which ends the two others.
                for await _ in signals { break }
                if !Task.isCancelled { try await capture.close() }
                return nil
            }
            var recorded = Timeline(limit: limit)
            while let result = try await group.next() {
                guard let result else { continue }
                recorded = result
                try await capture.close()
                group.cancelAll()
            }
            return recorded
        }
        if let failure = capture.failure { throw failure }
        guard !timeline.samples.isEmpty else {
            throw CommandFailure(
                .io, "Nothing was recorded: the microphone gave no sound.",
                advice: "'companion-edge devices test' finds out why.")
        }
        let samples = timeline.samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        try await context.output.write(
            WaveHeader.bytes(rate: CapturedFrame.rate, samples: timeline.samples.count) + samples)
        return .ok
    }
}

/// Device names on command lines.
enum DeviceName {
    /// - Throws: `ValidationError` for one that cannot be.
    static func check(_ name: String) throws {
        do {
            _ = try AudioDeviceID(name)
        } catch {
            throw ValidationError(error.description)
        }
    }
}
