/// Names one piece of speech: the answer it belongs to, and its number.
package struct PlaybackItemID: Sendable, Hashable {
    /// Rises with each answer; what belongs to an earlier one is out of date.
    package let generation: Int
    package let number: Int

    package init(generation: Int, number: Int) {
        self.generation = generation
        self.number = number
    }
}

/// How far a piece of speech was heard.
package struct PlayedPosition: Sendable, Hashable {
    package let item: PlaybackItemID
    /// Samples of the item, at the device's rate, that have left the loudspeaker.
    package let frame: Int
    /// Samples a second.
    package let rate: Int

    package var seconds: Double { Double(frame) / Double(rate) }
}

/// What happens at the loudspeaker.
package enum PlaybackEvent: Sendable, Hashable {
    /// The first sample of an item has been heard.
    case started(PlaybackItemID)
    /// The last sample of an item has been heard.
    case finished(PlaybackItemID)
    /// Nothing is left to be heard.
    case drained
    /// The item was not delivered fast enough, and so many samples of silence were heard within it.
    case starved(PlaybackItemID, frames: Int)
    /// The device ran dry and so many samples of time passed until it went on.
    case gap(frames: Int)
    /// The device is gone; what was not heard waits.
    case lost
    /// The device is back and goes on where it stopped.
    case recovered
}
