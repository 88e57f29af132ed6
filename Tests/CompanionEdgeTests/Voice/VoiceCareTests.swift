import AudioIO
import CompanionServices
import Foundation
import LocalStore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import companion_edge

@Suite(.timeLimit(.minutes(2))) struct VoiceCareTests {
    /// Understands nothing, but is there.
    private struct SilentRecogniser: SpeechRecogniser {
        let languages: Set<Language> = [.english]

        func begin(language: Language) throws -> any Recognition { throw RecognitionError.failed("it is a test") }
    }

    private struct House {
        let folder: TemporaryDirectory
        let devices: DeviceStore
        let companion: PersonCompanion

        init() throws {
            folder = try TemporaryDirectory()
            let directory = try DataDirectory(root: folder.file("data"))
            devices = try DeviceStore.open(in: directory, clock: SystemWallClock())
            let store = try PersonStore.open(folder.file("person.sqlite"), userID: .random(), clock: SystemWallClock())
            companion = try PersonCompanion(
                store: store, brain: try EmbeddedBrain.load(), options: CompanionOptions(timeZone: .gmt),
                logger: Logger(label: "test"))
        }
    }

    @Test("it fails, comes back alone, goes off and on, and says how it is")
    func life() async throws {
        let house = try House()
        let toggle = VoiceSwitch()
        let (attempts, attempt) = AsyncStream.makeStream(of: Int.self)
        let count = Counter()
        let care = VoiceCare(
            companion: house.companion,
            configuration: try Configuration(
                from: ConfigurationSources(
                    environment: ["COMPANION_DATA_DIR": house.folder.url.path], workingDirectory: house.folder.url)),
            toggle: toggle,
            board: AnnouncementBoard(), clock: SystemWallClock(), logger: Logger(label: "test")
        ) { companion, configuration, isMuted, logger in
            let number = count.next()
            attempt.yield(number)
            guard number > 1 else { throw AudioError(.busy, "Another program has it.") }
            var choice = try VoiceChoice(configuration, folder: configuration.dataDirectory)
            (choice.microphone, choice.loudspeaker) = (.null, .null)
            return try await VoiceConversation(
                choice, VoiceEquipment(recogniser: SilentRecogniser(), voice: EspeakSynthesiser(), activity: EnergyVoiceModel()),
                companion, patience: nil, isMuted: isMuted, logger: logger)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await care.run() }
            group.addTask {
                var next = attempts.makeAsyncIterator()
                #expect(toggle.status.state == .off)
                try await toggle.choose(keeping: house.devices) { $0.isOn = true }
                #expect(await next.next() == 1)
                // Tried again by itself.
                #expect(await next.next() == 2)
                #expect(toggle.status.problem?.contains("Another program") == true)
                #expect(toggle.status.restarts == 1)
                try await toggle.choose(keeping: house.devices) { $0.isMuted = true }
                try await toggle.choose(keeping: house.devices) { $0.isOn = false }
                try await toggle.choose(keeping: house.devices) { $0.isOn = true }
                #expect(try await VoiceSwitch.kept(in: house.devices) == VoiceSwitch.Choice(isOn: true, isMuted: true))
            }
            try await group.next()
            group.cancelAll()
        }
        try house.companion.store.close()
        try house.devices.close()
    }

    @Test("one microphone belongs to one person")
    func owner() {
        let (amina, bilal) = (UserID.random(), UserID.random())
        let first = VoiceSwitch()
        #expect(first.isOwned(by: amina) && !first.isOwned(by: bilal) && first.isOwned(by: amina))
        let named = VoiceSwitch()
        named.belong(to: bilal)
        #expect(!named.isOwned(by: amina) && named.isOwned(by: bilal))
        let several = VoiceSwitch()
        several.belong(to: nil)
        #expect(!several.isOwned(by: amina) && several.status.problem?.contains("COMPANION_USER") == true)
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
