import AudioIO
import Synchronization

/// Voices of services above those of this device. The first whose sound comes in time speaks; what it breaks off in the middle of
/// a sentence the next one goes on with, and the device's own voice speaks what nobody else did.
package struct VoiceLadder: SpeechSynthesiser {
    private let rungs: SpeechRungs<any SpeechSynthesiser>
    private let floor: any SpeechSynthesiser

    /// - Parameter floor: speaks what no service does.
    package init(_ rungs: SpeechRungs<any SpeechSynthesiser>, above floor: any SpeechSynthesiser) {
        self.rungs = rungs
        self.floor = floor
    }

    package func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error> {
        speak(text, language: language) { _ in }
    }

    package func speak(_ text: String, language: Language, note: @escaping @Sendable (RungUse) -> Void)
        -> AsyncThrowingStream<SynthesisedChunk, any Error>
    {
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    try await say(text, language, note) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { if case .cancelled = $0 { work.cancel() } }
        }
    }

    private func say(
        _ text: String, _ language: Language, _ note: (RungUse) -> Void, _ give: @escaping @Sendable (SynthesisedChunk) -> Void
    ) async throws {
        let mouth = Mouth(give)
        let book = rungs.book
        var rest = text
        var why = "no service speaks this language"
        for (number, rung) in rungs.rungs.enumerated() where rung.languages.contains(language) {
            try Task.checkCancellation()
            why = "no service spoke"
            guard let patience = book.ask(number) else {
                note(book.skipped(number))
                continue
            }
            let attempt = VoiceAttempt(text: rest, mouth: mouth, patience: patience, stall: rungs.tuning.stall)
            let sound = rung.engine.speak(rest, language: language)
            switch await attempt.run(sound) {
            case .said(let time):
                note(book.use(number, .answered, first: time))
                return book.answered(number, after: time)
            case .late:
                note(book.use(number, .late, why: "no sound in time"))
                book.late(number)
            case .failed(let error):
                try failed(number, error)
                note(book.use(number, .failed, why: LanguageModelError(of: error).label))
            case .broke(let unsaid, let error):
                try failed(number, error)
                note(book.use(number, .broke, why: LanguageModelError(of: error).label))
                (rest, why) = (unsaid, "ended what a service began")
            }
            if rest.isEmpty { return }
        }
        try Task.checkCancellation()
        note(.ownWords(because: why))
        for try await chunk in floor.speak(rest, language: language) { try mouth.say(chunk) }
        try mouth.close()
    }

    /// Who is not wanted any more has not failed.
    private func failed(_ number: Int, _ error: any Error) throws {
        guard Task.isCancelled else { return rungs.book.failed(number, error) }
        rungs.book.letGo(number)
        throw CancellationError()
    }
}

/// Where all the sound of a sentence goes out, at one rate, whoever makes it.
final class Mouth: Sendable {
    private struct State {
        var rate: Int?
        var converter: (rate: Int, converter: RateConverter)?
    }

    private let give: @Sendable (SynthesisedChunk) -> Void
    private let state = Mutex(State())

    init(_ give: @escaping @Sendable (SynthesisedChunk) -> Void) {
        self.give = give
    }

    func say(_ chunk: SynthesisedChunk) throws {
        let converted = try state.withLock { state in
            let rate = state.rate ?? chunk.rate
            state.rate = rate
            guard rate != chunk.rate else { return chunk }
            let converter =
                if let known = state.converter, known.rate == chunk.rate { known.converter } else {
                    try RateConverter(from: chunk.rate, to: rate)
                }
            state.converter = (chunk.rate, converter)
            return SynthesisedChunk(samples: converter.convert(chunk.samples), rate: rate)
        }
        if !converted.samples.isEmpty { give(converted) }
    }

    /// No more sound comes.
    func close() throws {
        let rest = state.withLock { state -> SynthesisedChunk? in
            guard let rate = state.rate, let converter = state.converter?.converter else { return nil }
            return SynthesisedChunk(samples: converter.finish(), rate: rate)
        }
        if let rest, !rest.samples.isEmpty { give(rest) }
    }
}
