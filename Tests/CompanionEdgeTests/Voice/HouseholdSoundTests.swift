import CompanionServices
import LocalStore
import TestSupport
import Testing

@testable import companion_edge

@Suite struct HouseholdSoundTests {
    @Test("how loud it speaks is changed while something is spoken aloud, and kept for the next start")
    func change() async throws {
        let folder = try TemporaryDirectory()
        let devices = try DeviceStore.open(in: try DataDirectory(root: folder.file("data")))
        let voice = VoiceSwitch()
        let sound = HouseholdSound(voice: voice, devices: devices)
        #expect(await sound.loudness() == nil)
        #expect(try await sound.change { $0.volume = 10 } == nil)
        #expect(try await VoiceSwitch.kept(in: devices).loudness == DeviceLoudness())
        var changed: DeviceLoudness?
        var problem: (any Error)?
        await voice.sounding {
            do {
                changed = try await sound.change {
                    $0.volume = 35
                    $0.isSilent = true
                }
            } catch {
                problem = error
            }
        }
        #expect(problem == nil && changed == DeviceLoudness(volume: 35, isSilent: true))
        #expect(try await VoiceSwitch.kept(in: devices).loudness == changed)
        #expect(await sound.loudness() == nil, "nothing is spoken any more")
    }
}
