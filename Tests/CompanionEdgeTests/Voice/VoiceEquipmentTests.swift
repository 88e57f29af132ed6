import AudioIO
import CompanionServices
import Foundation
import Logging
import TestSupport
import Testing

@testable import companion_edge

struct VoiceEquipmentTests {
    @Test("the echo is cancelled by what the settings name, and all the same where that is not installed")
    func canceller() throws {
        let (folder, logger) = (try TemporaryDirectory(), Logger(label: "test"))
        let (none, all) = (ModelStore(folders: [folder.url]), ModelStore(folders: [try SpeechModels.ready()]))
        func made(_ name: String, among models: ModelStore) throws -> any EchoCanceller {
            try VoiceEquipment.canceller(name, SoundCleaning(), among: models, logger: logger)
        }
        #expect(try made("auto", among: all) is LiveKitEchoCanceller)
        var quieter = SoundCleaning()
        quieter.noiseSuppression = 12
        #expect(try VoiceEquipment.canceller("auto", quieter, among: all, logger: logger) is SpeexEchoCanceller)
        #expect(try made("auto", among: none) is SpeexEchoCanceller)
        #expect(try made("livekit", among: all) is LiveKitEchoCanceller)
        #expect(try made("livekit", among: none) is SpeexEchoCanceller)
        #expect(try made("speexdsp", among: all) is SpeexEchoCanceller)
    }
}
