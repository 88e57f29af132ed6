import AudioIO
import CompanionServices
import Logging

/// A piece of what the person says on its way to the recogniser.
struct SpeechHearing: Sendable {
    enum Piece: Sendable {
        case sound([Int16])
        /// Nobody speaks for a moment, which may be the end.
        case pause
        /// Somebody speaks again.
        case resume
    }

    private let feed: AsyncStream<Piece>.Continuation
    private let task: Task<Void, Never>

    /// - Parameter recognise: takes the sound until it ends.
    init(past: [Int16], recognise: @escaping @Sendable (AsyncStream<Piece>) async -> Void) {
        let (sound, feed) = AsyncStream.makeStream(of: Piece.self)
        if !past.isEmpty { feed.yield(.sound(past)) }
        self.feed = feed
        task = Task { await recognise(sound) }
    }

    func hear(_ samples: [Int16]) { feed.yield(.sound(samples)) }
    func pause() { feed.yield(.pause) }
    func resume() { feed.yield(.resume) }

    /// No more sound belongs to it.
    func finish() { feed.finish() }

    func cancel() {
        task.cancel()
        feed.finish()
    }
}

extension VoiceSession {
    func hear(_ number: Int, since: TurnTime, continuing continued: Int?) {
        if let continued { hearings.removeValue(forKey: continued)?.cancel() }
        let past = recent.sound(from: detector.preRoll(before: timeline.position(at: since)))
        hearings[number] = SpeechHearing(past: past) { [weak self] sound in await self?.recognise(number, sound) }
    }

    private func recognise(_ number: Int, _ sound: AsyncStream<SpeechHearing.Piece>) async {
        do {
            let recognition = try await parts.recogniser.begin(language: parts.language)
            try await follow(recognition, number, sound)
            try Task.checkCancellation()
            let transcript = try await recognition.finish()
            try Task.checkCancellation()
            metrics.note(transcript)
            hearings[number] = nil
            tell(.transcript(hearing: number, text: transcript.text))
        } catch is CancellationError {
            // Nobody wants it any more.
        } catch {
            guard !Task.isCancelled else { return }
            hearings[number] = nil
            parts.logger.warning("speech was not recognised", metadata: ["error": "\(error)"])
            publish(.trouble(.notUnderstood, detail: CommandFailure(describing: error).description))
            tell(.hearingFailed(hearing: number))
        }
    }

    private func follow(_ recognition: any Recognition, _ number: Int, _ sound: AsyncStream<SpeechHearing.Piece>) async throws {
        var sincePartial = 0
        var last = ""
        for await piece in sound {
            switch piece {
            case .pause: try await recognition.pause()
            case .resume: await recognition.resume()
            case .sound(let samples):
                try await recognition.accept(samples)
                sincePartial += samples.count
            }
            guard sincePartial >= Self.partialEvery else { continue }
            sincePartial = 0
            if let text = try await recognition.partial(), text != last, !Task.isCancelled {
                last = text
                publish(.partial(text))
                tell(.partial(hearing: number, text: text))
            }
        }
    }
}
