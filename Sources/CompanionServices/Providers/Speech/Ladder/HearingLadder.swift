import Foundation
import Networking

/// Recognisers of services above that of this device. The device's own one hears everything along: it has the words while somebody
/// speaks, and those of an utterance that no service understood in time, so that nothing said is lost.
package struct HearingLadder: SpeechRecogniser {
    private let rungs: SpeechRungs<any SpeechRecogniser>
    private let floor: any SpeechRecogniser
    private var cache: PersonCache?

    package init(_ rungs: SpeechRungs<any SpeechRecogniser>, above floor: any SpeechRecogniser) {
        self.rungs = rungs
        self.floor = floor
    }

    package func keeping(in cache: PersonCache) -> any SpeechRecogniser {
        var ladder = self
        ladder.cache = cache
        return ladder
    }

    package var languages: Set<Language> { floor.languages.union(rungs.languages) }

    package func begin(language: Language) async throws -> any Recognition {
        guard rungs.languages.contains(language) else { return try await floor.begin(language: language) }
        let own: (any Recognition)?
        if floor.languages.contains(language) {
            own = try await floor.begin(language: language)
        } else {
            own = nil
        }
        let recognition = LadderRecognition(rungs, own: own, language, cache)
        await recognition.begin()
        return recognition
    }
}

/// One utterance, heard by the best service there is and by this device.
actor LadderRecognition: Recognition {
    private struct Hearing {
        let number: Int
        let patience: Duration
        let recognition: any Recognition
    }

    private enum Outcome: Sendable {
        case heard(Transcript)
        case failed(any Error)
        case late
    }

    private let rungs: SpeechRungs<any SpeechRecogniser>
    private let own: (any Recognition)?
    private let language: Language
    private let cache: PersonCache?
    private let clock = ContinuousClock()
    /// The service that hears along.
    private var first: Hearing?
    /// Why the last of them did not understand it.
    private var last: any Error
    /// All of it, for those that are asked later.
    private var sound: [Int16] = []
    /// Who was asked, and what came of it.
    private var route: [RungUse] = []

    init(
        _ rungs: SpeechRungs<any SpeechRecogniser>, own: (any Recognition)?, _ language: Language, _ cache: PersonCache?
    ) {
        self.cache = cache
        self.rungs = rungs
        self.own = own
        self.language = language
        last = RecognitionError.unsupported(language)
    }

    func begin() async { first = await hearing(from: 0) }

    func accept(_ samples: [Int16]) async throws {
        sound += samples
        if let hearing = first {
            do {
                try await hearing.recognition.accept(samples)
            } catch {
                failed(hearing.number, error)
                first = nil
            }
        }
        try await own?.accept(samples)
    }

    func pause() async throws { try await own?.pause() }

    func resume() async { await own?.resume() }

    func partial() async throws -> String? {
        if let own { return try await own.partial() }
        return try await first?.recognition.partial()
    }

    func finish() async throws -> Transcript {
        async let ownWords = finishOwn()
        // Patience is counted from the end of the words, however many are asked.
        let start = clock.now
        let name = soundName()
        if let known = await heardBefore(name) { return known }
        let epoch = await cache?.epoch()
        let all = own == nil ? rungs.tuning.lonelyPatience : rungs.tuning.serverPatience
        var next = first == nil ? await hearing(from: 0) : first
        while let hearing = next {
            let following = rungs.rungs.indices.dropFirst(hearing.number + 1).contains {
                rungs.rungs[$0].languages.contains(language)
            }
            let left = all - (clock.now - start)
            switch await Self.words(
                of: hearing.recognition, within: own == nil && !following ? left : min(left, hearing.patience))
            {
            case .heard(let transcript) where SpeechScript.accepts(transcript.text, in: language):
                let took = clock.now - start
                rungs.book.answered(hearing.number, after: took)
                // Better words of the small one than none of the large one.
                if transcript.text.isEmpty, case .success(let own?) = await ownWords, !own.text.isEmpty {
                    route.append(rungs.book.use(hearing.number, .failed, why: "heard no words", took: took))
                    return own.by(route + [.ownWords(because: "it heard words where the service heard none")])
                }
                await keep(transcript, name, since: epoch)
                return transcript.by(route + [rungs.book.use(hearing.number, .answered, took: took)])
            case .heard: failed(hearing.number, LanguageModelError.wrongScript)
            case .failed(let error):
                if Task.isCancelled {
                    rungs.book.letGo(hearing.number)
                    throw CancellationError()
                }
                failed(hearing.number, error)
            case .late:
                last = LanguageModelError.network(.timedOut(rungs.rungs[hearing.number].name))
                rungs.book.late(hearing.number)
                route.append(rungs.book.use(hearing.number, .late, why: "no words in time"))
            }
            next = clock.now - start < all ? await self.hearing(from: hearing.number + 1) : nil
        }
        if let transcript = try await ownWords.get() { return transcript.by(route + [.ownWords(because: "no service heard it")]) }
        throw last is RecognitionError ? last : RecognitionError.notHeard(LanguageModelError(of: last))
    }

    private func failed(_ number: Int, _ error: any Error) {
        last = error
        rungs.book.failed(number, error)
        route.append(rungs.book.use(number, .failed, why: LanguageModelError(of: error).label))
    }

    // MARK: What was heard before

    /// Of the sound and of everybody who may be asked about it; nil where nothing is kept.
    private func soundName() -> String? {
        guard cache != nil, !sound.isEmpty else { return nil }
        let services = rungs.rungs.map(\.name).joined(separator: "\n")
        return PersonCache.name(
            of: Data(services.utf8), Data(language.rawValue.utf8), sound.withUnsafeBytes { Data($0) })
    }

    private func heardBefore(_ name: String?) async -> Transcript? {
        guard let name, let text = await cache?.answer(to: name, .transcription) else { return nil }
        if let first { rungs.book.letGo(first.number) }
        let use = RungUse(rung: RungUse.cache, outcome: .answered, why: "the same sound was understood before")
        return Transcript(text: text, language: language, audioSeconds: Double(sound.count) / 16_000, computeSeconds: 0)
            .by(route + [use])
    }

    private func keep(_ transcript: Transcript, _ name: String?, since epoch: String?) async {
        // That nothing was understood may be better the next time.
        guard let name, !transcript.text.isEmpty else { return }
        await cache?.keep(transcript.text, to: name, .transcription, since: epoch)
    }

    private func finishOwn() async -> Result<Transcript?, any Error> {
        do {
            return .success(try await own?.finish())
        } catch {
            return .failure(error)
        }
    }

    /// The next service that can be asked, with everything that was said.
    private func hearing(from number: Int) async -> Hearing? {
        for number in rungs.rungs.indices.dropFirst(number) where rungs.rungs[number].languages.contains(language) {
            guard let patience = rungs.book.ask(number) else {
                last = LanguageModelError.reported(rungs.book.silence(number))
                route.append(rungs.book.skipped(number))
                continue
            }
            do {
                let recognition = try await rungs.rungs[number].engine.begin(language: language)
                if !sound.isEmpty { try await recognition.accept(sound) }
                return Hearing(number: number, patience: patience, recognition: recognition)
            } catch {
                failed(number, error)
            }
        }
        return nil
    }

    private static func words(of recognition: any Recognition, within limit: Duration) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            group.addTask {
                do {
                    return .heard(try await recognition.finish())
                } catch {
                    return .failed(error)
                }
            }
            group.addTask {
                do { try await Task.sleep(for: limit) } catch { return .failed(error) }
                return .late
            }
            defer { group.cancelAll() }
            return await group.next() ?? .late
        }
    }
}
