import AudioIO
import CompanionServices
import Foundation
import LocalStore
import Logging
import Synchronization
import TestSupport

@testable import companion_edge

/// A room with a microphone, a person and our loudspeaker, without any hardware: the microphone hears what the person says, what
/// the loudspeaker gives (if the room echoes) and a little noise, ten milliseconds at a time.
final class SpokenRoom: Sendable {
    private struct State {
        var waiting: [Int16] = []
        /// What the loudspeaker gave, and when it is heard by its own account.
        var echo = EchoReference()
        var given: [Int16] = []
        /// Hundredths of a second of it that are louder than a whisper, and who waits for how many.
        var loud = 0
        var waiters: [(loud: Int, CheckedContinuation<Void, Never>)] = []
        var generator = SeededGenerator(seed: 3)
    }

    /// What the session says of its microphone: that the sound may come later, or not.
    final class Rest: Sendable {
        private let state = Mutex(false)
        private let (changes, changed) = AsyncStream.makeStream(of: Void.self)

        var isOn: Bool { state.withLock { $0 } }

        func set(_ isOn: Bool) {
            state.withLock { $0 = isOn }
            changed.yield()
        }

        /// Returns when it is on.
        func begins() async {
            guard !isOn else { return }
            for await _ in changes where isOn { return }
        }
    }

    let companion: PersonCompanion
    let session: VoiceSession
    let loudspeaker: PlaybackSink
    /// Where recordings are, if they are made.
    let shelf: RecordingShelf
    let rest = Rest()
    private let conversation: ConversationSession
    private let folder: TemporaryDirectory
    private let state = Mutex(State())
    /// How loud the loudspeaker is at the microphone; 0 is not at all.
    private let echoLevel: Float
    /// Nanoseconds between the loudspeaker, by its own account, and the microphone.
    private let echoDelay: Int64

    /// - Parameter echoDelay: milliseconds after which the microphone hears what the loudspeaker gives.
    init(
        _ recogniser: any SpeechRecogniser, echo: Float = 0, echoDelay: Int = 40, calibration: EchoCalibration? = nil,
        recording: Bool = false, models: LanguageLadder? = nil, change: (inout TurnSettings) -> Void = { _ in }
    ) async throws {
        folder = try TemporaryDirectory()
        echoLevel = echo
        self.echoDelay = Int64(echoDelay) * 1_000_000
        let logger = Logger(label: "test")
        let store = try PersonStore.open(folder.file("person.sqlite"), userID: .random(), clock: SystemWallClock())
        companion = try PersonCompanion(
            store: store, brain: try Self.brain.get(), options: CompanionOptions(timeZone: .gmt), ladder: models,
            logger: logger)
        shelf = RecordingShelf(store, in: try DataDirectory(root: folder.file("data")), clock: SystemWallClock())
        if recording { try await store.write { try RecordingPolicy(isOn: true, days: 30, megabytes: 500).write(in: $0) } }
        loudspeaker = try await PlaybackSink(.null)
        conversation = companion.mind.startConversation(channel: "voice", language: .english)
        var settings = TurnSettings()
        change(&settings)
        session = try VoiceSession(
            VoiceParts(
                recogniser: recogniser, language: .english, voice: EspeakSynthesiser(), loudspeaker: loudspeaker,
                detector: VoiceActivityDetector(model: EnergyVoiceModel()), conversation: conversation, store: store,
                echoLoss: calibration?.loss, echoDelay: calibration?.delay ?? 0, recordings: shelf,
                rest: { [rest] in rest.set($0) }, logger: logger),
            settings: settings, endpoint: EndpointDelay())
    }

    private static let brain = Result { try EmbeddedBrain.load() }

    /// Everything said to the companion before it is heard.
    func tell(_ lines: String...) async throws {
        for line in lines { _ = try await conversation.reply(to: line) }
    }

    /// The person begins to say this now.
    func say(_ sound: [Int16]) { state.withLock { $0.waiting += sound } }

    /// What the loudspeaker gave so far, at 16 kHz.
    var given: [Int16] { state.withLock { $0.given } }

    var messages: [Message] {
        get async throws {
            try await companion.store.read { view in
                try view.conversations(limit: 1).first.map { try view.messages(conversation: $0.id) } ?? []
            }
        }
    }

    /// Lets the conversation go on while `body` takes part in it.
    func converse(_ body: @escaping @Sendable (VoiceWitness) async throws -> Void) async throws {
        let (frames, frame) = AsyncStream.makeStream(of: CapturedFrame.self)
        let reference = loudspeaker.reference()
        let witness = VoiceWitness()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [session] in
                try await session.run(microphone: frames)
                return false
            }
            group.addTask { [session] in
                for await given in reference {
                    self.heardFromLoudspeaker(given)
                    await session.loudspeakerGives(given)
                }
                return false
            }
            group.addTask { [session] in
                for await item in session.news { await witness.note(item) }
                return false
            }
            group.addTask {
                var position: Int64 = 0
                let start = MonotonicTime.now
                while !Task.isCancelled {
                    let time = start + position * 62_500
                    // A microphone has its own pace.
                    let ahead = time + 10_000_000 - MonotonicTime.now
                    if ahead > 0 { try await Task.sleep(for: .nanoseconds(ahead)) }
                    frame.yield(CapturedFrame(samples: self.next(at: time), position: position, time: time))
                    position += 160
                }
                return false
            }
            group.addTask {
                try await body(witness)
                return true
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next(), !isDone {}
        }
    }

    func close() async throws {
        try await loudspeaker.close()
        try companion.store.close()
    }

    /// Returns when so much of the loudspeaker's sound was loud.
    func hasGiven(seconds: Double) async {
        await withCheckedContinuation { waiter in
            let isThere = state.withLock { state in
                if Double(state.loud) / 100 >= seconds { return true }
                state.waiters.append((Int(seconds * 100), waiter))
                return false
            }
            if isThere { waiter.resume() }
        }
    }

    private func heardFromLoudspeaker(_ frame: CapturedFrame) {
        state.withLock { state in
            state.given += frame.samples
            if EchoGate.level(frame.samples) > -46 { state.loud += 1 }
            for waiter in state.waiters where waiter.loud <= state.loud { waiter.1.resume() }
            state.waiters.removeAll { $0.loud <= state.loud }
            state.echo.add(frame)
        }
    }

    private func next(at time: Int64) -> [Int16] {
        state.withLock { state in
            let echoes = state.echo.sound(at: time - echoDelay, count: 160)
            return (0..<160).map { index in
                let voice = state.waiting.isEmpty ? 0 : Int(state.waiting.removeFirst())
                let echo = Int(Float(echoes[index]) * echoLevel)
                return Int16(clamping: voice + echo + Int.random(in: -6...6, using: &state.generator))
            }
        }
    }
}

/// Has seen everything that happened in a conversation, and waits for what has not happened yet.
actor VoiceWitness {
    private(set) var seen: [VoiceNews] = []
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func note(_ item: VoiceNews) {
        if case .level = item { return }
        seen.append(item)
        wake()
    }

    private func wake() {
        for waiter in waiters { waiter.resume() }
        waiters.removeAll()
    }

    /// Waits for something, and gives it.
    @discardableResult
    func wait<Found: Sendable>(from start: Int = 0, for find: @Sendable (VoiceNews) -> Found?) async -> Found? {
        var next = start
        while !Task.isCancelled {
            while next < seen.count {
                if let found = find(seen[next]) { return found }
                next += 1
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiters.append($0) }
            } onCancel: {
                Task { await self.wake() }
            }
        }
        return nil
    }
}

/// What a person says, by the embedded voice, at 16 kHz without the silence around it.
func personSays(_ text: String) async throws -> [Int16] {
    try await spoken(text, by: EspeakSynthesiser(voice: "en+m3"))
}

/// What a voice says, at 16 kHz without the silence around it.
func spoken(_ text: String, by voice: EspeakSynthesiser) async throws -> [Int16] {
    var sound: [Int16] = []
    var converter: RateConverter?
    for try await chunk in voice.speak(text, language: .english) {
        let current = try converter ?? RateConverter(from: chunk.rate, to: 16_000)
        converter = current
        sound += current.convert(chunk.samples)
    }
    let loud = sound.indices.filter { abs(Int(sound[$0])) > 200 }
    return Array(sound[(loud.first ?? 0)..<(loud.last ?? 0)])
}
