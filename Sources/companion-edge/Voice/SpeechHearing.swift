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

    /// Where it was asked to listen from, while nobody has spoken since: recognisers hear words in a long silence, or nothing at
    /// all after it.
    private(set) var expectsVoiceSince: Int64?
    /// It goes on where another left off, because a voice was there: it ends with that voice.
    let isContinuation: Bool
    private let feed: AsyncStream<Piece>.Continuation
    private let task: Task<Void, Never>

    /// - Parameters:
    ///   - position: of the first sound that belongs to it.
    ///   - isContinuation: whether another hearing came before it.
    ///   - recognise: takes the sound until it ends.
    init(
        expectingVoiceSince position: Int64, isContinuation: Bool,
        recognise: @escaping @Sendable (AsyncStream<Piece>) async -> Void
    ) {
        let (sound, feed) = AsyncStream.makeStream(of: Piece.self)
        expectsVoiceSince = position
        self.isContinuation = isContinuation
        self.feed = feed
        task = Task { await recognise(sound) }
    }

    /// Somebody speaks.
    /// - Parameter past: what was heard so far, with a little before the voice.
    mutating func begin(with past: [Int16]) {
        expectsVoiceSince = nil
        if !past.isEmpty { feed.yield(.sound(past)) }
    }

    func hear(_ samples: [Int16]) { note(.sound(samples)) }
    func pause() { note(.pause) }
    func resume() { note(.resume) }

    private func note(_ piece: Piece) {
        if expectsVoiceSince == nil { feed.yield(piece) }
    }

    /// No more sound belongs to it.
    func finish() { feed.finish() }

    func cancel() {
        task.cancel()
        feed.finish()
    }
}

extension VoiceSession {
    /// How much before a voice was noticed may belong to it, in samples: 300 ms.
    private static let onset: Int64 = 4800

    func hear(_ number: Int, since: TurnTime, continuing continued: Int?) {
        if let continued { hearings.removeValue(forKey: continued)?.cancel() }
        let position = timeline.position(at: since)
        var start = detector.preRoll(before: position)
        // What the hearing before was given has its words already.
        if continued != nil, heardUpTo <= position { start = max(start, heardUpTo) }
        hearings[number] = SpeechHearing(expectingVoiceSince: start, isContinuation: continued != nil) { [weak self] sound in
            await self?.recognise(number, sound)
        }
        if detector.isSpeaking { hearings[number]?.begin(with: recent.sound(from: start)) }
    }

    /// Those who were asked to listen before anybody spoke.
    func voiceBegan(at position: Int64) {
        for (number, hearing) in hearings {
            guard let start = hearing.expectsVoiceSince else { continue }
            hearings[number]?.begin(with: recent.sound(from: max(start, position - Self.onset)))
        }
    }

    func finishHearing(_ number: Int) {
        // A voice that was too soft to be noticed may still be understood.
        if let hearing = hearings[number], let start = hearing.expectsVoiceSince {
            let isOver = hearing.isContinuation && !detector.isSpeaking && voiceEnd > start
            let end = isOver ? voiceEnd + Self.onset : recent.end
            hearings[number]?.begin(with: recent.sound(from: start, to: end))
            heardUpTo = min(end, recent.end)
        } else {
            heardUpTo = recent.end
        }
        hearings[number]?.finish()
    }

    private func recognise(_ number: Int, _ sound: AsyncStream<SpeechHearing.Piece>) async {
        do {
            let recognition = try await parts.recogniser.begin(language: parts.language)
            try await follow(recognition, number, sound)
            try Task.checkCancellation()
            let transcript = try await recognition.finish()
            try Task.checkCancellation()
            metrics.note(transcript)
            lastHeard = transcript.route
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
