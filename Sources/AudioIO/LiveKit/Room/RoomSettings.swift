import Synchronization

/// How much of what others send is taken.
package struct RoomLimits: Sendable, Hashable {
    /// Bytes of one data message, in either direction: more does not pass through every data channel there is.
    package var dataBytes = longestData
    /// Data messages that may wait to be looked at; of more the newest are dropped.
    package var waitingData = 256
    /// Topics of the streams that are taken; all when `nil`. Others are refused before anything of them is read.
    package var topics: Set<String>?
    /// Bytes of a text that comes as a stream.
    package var textBytes = 64 << 10
    /// Bytes of anything else that comes as a stream.
    package var streamBytes = 4 << 20
    /// From the beginning of a stream to its end.
    package var streamTime = Duration.seconds(60)
    /// Streams that come at the same time. More are refused.
    package var streams = 16
    /// Calls of our methods that are answered at the same time. More are refused.
    package var calls = 16

    /// What one data channel message carries for sure, by LiveKit's documentation.
    static let longestData = 15_000

    package init() {}
}

/// How a track of ours is published.
package struct VoiceTrackSettings: Sendable, Hashable {
    package var name: String
    package var source = RoomTrack.Source.microphone
    /// Bits a second, 6,000 to 510,000.
    package var bitrate = 32_000
    /// Whether silence is told by sending next to nothing.
    package var isDiscontinuous = true
    /// Whether each packet carries the one before as well, for lines that lose packets.
    package var isRedundant = true

    package init(name: String) {
        self.name = name
    }
}

/// How often things happened since a room was made.
package struct RoomCounts: Sendable, Hashable {
    /// Times the room was entered from nothing, the first included.
    package var joins = 0
    /// Times the library made a lost connection again by itself.
    package var reconnects = 0
    /// Frames of 10 ms that were given to the library, and those of them that it refused.
    package var framesSent = 0
    package var framesRefused = 0
    /// Times our sound came later than it should have, and the next began anew.
    package var lateFrames = 0
    /// Frames of 10 ms that came from others, and those of them that nobody took in time.
    package var framesHeard = 0
    package var framesDropped = 0
    package var dataSent = 0
    package var dataReceived = 0
    /// Data messages and streams that were too long or too many.
    package var dataDropped = 0
    /// Calls of our methods, by how they were answered.
    package var callsAnswered = 0
    package var callsRefused = 0

    package init() {}

    private static var all: [any WritableKeyPath<RoomCounts, Int> & Sendable] {
        [
            \.joins, \.reconnects, \.framesSent, \.framesRefused, \.lateFrames, \.framesHeard, \.framesDropped, \.dataSent,
            \.dataReceived, \.dataDropped, \.callsAnswered, \.callsRefused,
        ]
    }

    /// Of two rooms together.
    package static func + (left: RoomCounts, right: RoomCounts) -> RoomCounts {
        all.reduce(into: left) { $0[keyPath: $1] += right[keyPath: $1] }
    }
}

/// The counts of a room, for all its threads.
final class RoomCounter: Sendable {
    let witness: (any RoomSoundWitness)?
    private let counts = Mutex(RoomCounts())

    init(witness: (any RoomSoundWitness)? = nil) {
        self.witness = witness
    }

    var now: RoomCounts { counts.withLock { $0 } }

    func add(_ number: any WritableKeyPath<RoomCounts, Int> & Sendable) {
        counts.withLock { $0[keyPath: number] += 1 }
    }
}
