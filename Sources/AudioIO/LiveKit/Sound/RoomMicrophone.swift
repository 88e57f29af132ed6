import Synchronization

/// What a microphone hears, on its way into a room as it comes: nothing waits, and while the room is not connected it goes nowhere.
package final class RoomMicrophone: Sendable {
    private let track: LocalAudioTrack
    private let rate: RateConverter
    /// Samples at the track's rate that make no 10 ms yet.
    private let rest = Mutex<[Int16]>([])

    package init(into track: LocalAudioTrack) throws(AudioError) {
        self.track = track
        rate = try RateConverter(from: CapturedFrame.rate, to: LocalAudioTrack.rate)
    }

    /// Sends sound at 16 kHz. From one place at a time.
    package func send(_ samples: [Int16]) {
        let size = LocalAudioTrack.rate / 100
        let whole = rest.withLock { rest in
            rest += rate.convert(samples)
            let count = rest.count / size * size
            defer { rest.removeFirst(count) }
            return Array(rest.prefix(count))
        }
        for start in stride(from: 0, to: whole.count, by: size) {
            whole[start..<start + size].withUnsafeBufferPointer { track.send($0) }
        }
    }
}
