import AudioIO
import CompanionServices
import Foundation

/// Speaks pieces of text one after the other, into a loudspeaker or a file.
struct Speech: Sendable {
    /// How long a loudspeaker that went away is waited for.
    private static let patience = Duration.seconds(20)

    let voice: any SpeechSynthesiser
    let language: Language

    /// All of it as a WAV file.
    func waveFile(of pieces: [String]) async throws -> [UInt8] {
        var samples: [Int16] = []
        var rate: Int?
        for piece in pieces {
            var converter: RateConverter?
            for try await chunk in voice.speak(piece, language: language) {
                // Another voice may have spoken the sentence before.
                let target = rate ?? chunk.rate
                rate = target
                let current = try converter ?? RateConverter(from: chunk.rate, to: target)
                converter = current
                samples += current.convert(chunk.samples)
            }
            samples += converter?.finish() ?? []
        }
        guard let rate else { throw SpeechError.failed(program: EspeakSynthesiser.program, said: "it made no sound") }
        return WaveHeader.bytes(rate: rate, samples: samples.count)
            + samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    /// Plays it, and returns when the last sample was heard. Cancelled, it fades out first.
    func play(_ pieces: [String], on device: AudioDeviceID, _ context: CommandContext) async throws {
        let sink = try await PlaybackSink(device, patience: Self.patience)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await feed(pieces, to: sink) }
                group.addTask { try await listen(to: sink, lastItem: pieces.count - 1, context) }
                // The first that fails ends the other.
                for try await _ in group {}
            }
        } catch {
            // The task may be cancelled; coming to an end is not.
            let ending = Task {
                try await sink.flush()
                try await sink.close()
            }
            _ = await ending.result
            throw error
        }
        try await sink.close()
    }

    private func feed(_ pieces: [String], to sink: PlaybackSink) async throws {
        for (number, piece) in pieces.enumerated() {
            let item = PlaybackItemID(generation: 0, number: number)
            var converter: RateConverter?
            for try await chunk in voice.speak(piece, language: language) {
                let current = try converter ?? RateConverter(from: chunk.rate, to: sink.rate)
                converter = current
                try await sink.enqueue(current.convert(chunk.samples), to: item)
            }
            try Task.checkCancellation()
            guard let converter else {
                throw SpeechError.failed(program: EspeakSynthesiser.program, said: "it made no sound of '\(piece.prefix(40))'")
            }
            try await sink.enqueue(converter.finish(), to: item)
            sink.finish(item)
        }
    }

    /// Waits until the last item was heard.
    private func listen(to sink: PlaybackSink, lastItem: Int, _ context: CommandContext) async throws {
        for await event in sink.events {
            switch event {
            case .lost: try await context.warn("The loudspeaker is gone; waiting for it to return.")
            case .recovered: try await context.warn("The loudspeaker is back.")
            case .finished(let item) where item.number == lastItem: return
            default: break
            }
        }
        try Task.checkCancellation()
        if let failure = sink.failure { throw failure }
        throw AudioError(
            .lost, "The loudspeaker did not come back.", advice: "'companion-edge devices list' shows what is there.")
    }
}
