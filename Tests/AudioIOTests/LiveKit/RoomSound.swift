import Foundation
import TestSupport

@testable import AudioIO

extension RoomPerson {
    /// Waits until half a second of what comes from somebody is a tone of this pitch, whatever its loudness.
    func hears(_ hertz: Double, from identity: String, since time: Int = 0) async throws {
        while true {
            let sound = try await heard(from: identity, since: time)
            if RoomSound.isTone(hertz, Array(sound.suffix(24_000)), rate: 48_000) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

enum RoomSound {
    /// Whether at least half a second of sound is mostly a tone of this pitch: most of its energy is there.
    static func isTone(_ hertz: Double, _ sound: [Int16], rate: Int) -> Bool {
        guard sound.count >= rate / 2 else { return false }
        let energy = sound.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(sound.count)
        guard energy > 100 * 100 else { return false }
        return Signal.signalToNoise(of: hertz, in: sound, rate: rate) > 6
    }

    /// Waits until half a second of what is captured is a tone of this pitch.
    static func hears(_ hertz: Double, _ frames: AsyncStream<CapturedFrame>) async -> Bool {
        var sound: [Int16] = []
        for await frame in frames {
            sound = Array((sound + frame.samples).suffix(8000))
            if isTone(hertz, sound, rate: CapturedFrame.rate) { return true }
        }
        return false
    }
}
