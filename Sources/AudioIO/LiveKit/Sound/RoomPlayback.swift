/// A loudspeaker that is everybody in a room. It keeps time itself, because what it gives to the library is sent at once; while the
/// connection is gone it is lost like a loudspeaker that was pulled out.
final class RoomPlayback: PlaybackDevice {
    /// From here to the ears of somebody near: coding, sending and the other side's smoothing, in milliseconds. Measured from one
    /// participant to another on one machine; a longer way is not known here.
    private static let way = 45
    /// How far behind time may be caught up, in nanoseconds; beyond that it goes on from now.
    private static let patience: Int64 = 200_000_000

    private let track: LocalAudioTrack
    private var beginning: Int64?
    private var written: Int64 = 0

    init(_ track: LocalAudioTrack) {
        self.track = track
    }

    let rate = LocalAudioTrack.rate
    var isPaced: Bool { true }
    var delay: Int { min(Int(clamping: written), rate * Self.way / 1000) }

    func write(_ samples: UnsafeBufferPointer<Int16>) throws(AudioError) -> Int {
        try track.check()
        let now = MonotonicTime.now
        let start = beginning ?? now
        let late = now - start - written * 1_000_000_000 / Int64(rate)
        let isLost = late > Self.patience
        if isLost { track.countLateness() }
        let origin = isLost ? start + late : start
        beginning = origin
        track.send(samples)
        written += Int64(samples.count)
        // Waited for here, and not before it is sent: what is heard next is looked for as late as it can be.
        MonotonicTime.wait(until: origin + written * 1_000_000_000 / Int64(rate))
        return isLost ? Int(late * Int64(rate) / 1_000_000_000) : 0
    }

    func close() {
        // The track stays published; without sound it is silent.
    }
}

extension PlaybackSink {
    /// Speaks into a room as into a loudspeaker. While the room is not connected, it is a loudspeaker that was lost; it is closed
    /// when the room is over or the track taken back.
    package convenience init(into track: LocalAudioTrack, patience: Duration? = nil) async throws {
        try await self.init(patience: patience) { rate throws(AudioError) in
            // At first it may be published yet.
            if rate != nil { try track.check() }
            return RoomPlayback(track)
        }
    }
}
