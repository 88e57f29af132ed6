import AudioIO
import Foundation
import LocalStore

/// How a microphone hears a loudspeaker; kept in the device's own settings.
struct EchoCalibration: Codable, Sendable, Hashable {
    /// Between the time at which the loudspeaker's driver says that something is heard, and the microphone's. May be negative.
    let delayMilliseconds: Double
    /// In dB.
    let gain: Double
    let measuredAt: String

    /// In milliseconds.
    private static let credible = -500.0...1000.0

    enum CodingKeys: String, CodingKey {
        case delayMilliseconds = "delay_ms"
        case gain = "gain_db"
        case measuredAt = "measured_at"
    }

    init(delayMilliseconds: Double, gain: Double, measuredAt: String) {
        (self.delayMilliseconds, self.gain, self.measuredAt) = (delayMilliseconds, gain, measuredAt)
    }

    /// By how much our own sound arrives quieter at the microphone, in dB, see ``EchoGate``.
    var loss: Float { Float(-gain) }
    /// In nanoseconds. A delay that no air and no buffer explains was one of a sound server's moods, and says nothing about now.
    var delay: Int64 { Self.credible.contains(delayMilliseconds) ? Int64(delayMilliseconds * 1_000_000) : 0 }

    /// What was measured for a pair of devices; `nil` when nothing was.
    static func known(
        microphone: AudioDeviceID, loudspeaker: AudioDeviceID, in devices: DeviceStore
    ) async throws -> EchoCalibration? {
        let stored = try await devices.setting(key(microphone: microphone, loudspeaker: loudspeaker))
        return try stored.map { try JSONDecoder().decode(EchoCalibration.self, from: Data($0.utf8)) }
    }

    func keep(microphone: AudioDeviceID, loudspeaker: AudioDeviceID, in devices: DeviceStore) async throws {
        try await devices.setSetting(
            Self.key(microphone: microphone, loudspeaker: loudspeaker),
            String(decoding: try JSONEncoder().encode(self), as: UTF8.self))
    }

    private static func key(microphone: AudioDeviceID, loudspeaker: AudioDeviceID) -> String {
        "echo \(microphone) \(loudspeaker)"
    }
}
