import AudioIO
import CompanionServices
import Foundation
import LocalStore
import TestSupport
import Testing

@testable import companion_edge

@Suite struct VoiceHomeTests {
    @Test("what was calibrated is found by a conversation with the same two devices, and by no other")
    func calibration() async throws {
        let house = try CommandHouse()
        try await house.run("users", "add", "Amina")
        let pair = ["COMPANION_MICROPHONE": "alsa:far", "COMPANION_LOUDSPEAKER": "alsa:loud"]
        let context = try house.context(settings: pair)
        let household = try await context.households.household()
        let companion = try await household.companion(try await household.person(nil).id)
        var choice = try VoiceChoice(context.configuration, folder: house.folder.url)
        let measured = EchoCalibration(delayMilliseconds: 120, gain: 4, measuredAt: "2026-03-10T09:00:00.000Z")
        try await measured.keep(microphone: choice.microphone, loudspeaker: choice.loudspeaker, in: household.devices)

        let home = await VoiceHome(for: choice, of: companion, in: household, logger: .silent)
        #expect(home.echo == measured && home.echo?.loss == -4 && home.echo?.delay == 120_000_000)
        #expect(EchoGate(loss: -4).loss == -4)
        choice.loudspeaker = .null
        #expect(await VoiceHome(for: choice, of: companion, in: household, logger: .silent).echo == nil)
        // A setting that cannot be read stops nobody.
        try await household.devices.setSetting("echo alsa:far null", "loud")
        #expect(await VoiceHome(for: choice, of: companion, in: household, logger: .silent).echo == nil)
        try await context.households.release()

        // Without names, 'calibrate' means the devices that the settings name.
        let shown = try await house.run(
            ["calibrate", "--show", "--json"], input: PreparedInput(chunks: [], lines: []), settings: pair)
        #expect(try shown.json()["gain_db"] != nil, "\(shown.errors)")
        #expect(try await house.run("calibrate", "--show").status == .failure)
    }

    @Test("a delay that no room explains is not used")
    func credible() {
        func delay(_ milliseconds: Double) -> Int64 {
            EchoCalibration(delayMilliseconds: milliseconds, gain: -20, measuredAt: "").delay
        }
        #expect(delay(-40) == -40_000_000 && delay(-2_100) == 0 && delay(1_900) == 0)
    }
}
