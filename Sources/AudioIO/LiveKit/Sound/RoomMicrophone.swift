import Synchronization

/// What a microphone hears, on its way into a room as it comes: nothing waits, and while the room is not connected it goes nowhere.
package final class RoomMicrophone: Sendable {
    private let track: LocalAudioTrack
    private let rate: RateConverter
    /// Samples at the track's rate that make no 10 ms yet; `nil` before the first.
    private let rest = Mutex<[Int16]?>(nil)

    package init(into track: LocalAudioTrack) throws(AudioError) {
        self.track = track
        rate = try RateConverter(from: CapturedFrame.rate, to: LocalAudioTrack.rate)
    }

    /// Sends sound at 16 kHz. From one place at a time.
    package func send(_ samples: [Int16]) {
        let size = LocalAudioTrack.rate / 100
        let whole = rest.withLock { rest in
            let new = rate.convert(samples)
            // The converter keeps a little of the first sound back. With as much silence before it, every 10 ms that come are 10 ms
            // that go; otherwise most of them would wait for the next.
            let sound = (rest ?? [Int16](repeating: 0, count: (size - new.count % size) % size)) + new
            let count = sound.count / size * size
            rest = Array(sound[count...])
            return Array(sound[..<count])
        }
        for start in stride(from: 0, to: whole.count, by: size) {
            whole[start..<start + size].withUnsafeBufferPointer { track.send($0) }
        }
    }
}
