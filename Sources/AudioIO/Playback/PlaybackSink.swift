import Foundation
import Synchronization

/// The one owner of a loudspeaker. It has a thread of its own, on which the device is opened, written, mended and closed, and which
/// is replaced when it does not come back from the device; what is said to it from elsewhere only changes a ``PlaybackQueue``, behind a lock that is never held while the device is at work.
///
/// A device that goes away is tried again until it returns, and what was not heard is played then.
package final class PlaybackSink: Sendable {
    /// Long enough not to click.
    private static let fade = Duration.milliseconds(20)

    private let loop: PlaybackLoop

    /// Opens the device.
    /// - Parameter patience: how long a device that is lost later on is waited for; `nil` for ever. The events end with it.
    /// - Throws: ``AudioError`` when it cannot be used now.
    package convenience init(_ id: AudioDeviceID, patience: Duration? = nil) async throws {
        try await self.init(patience: patience, calls: id.patience) { rate throws(AudioError) in
            try Self.device(id, rate: rate)
        }
    }

    /// Opens whatever is a loudspeaker here.
    /// - Parameters:
    ///   - calls: how long a call into the device may last before the device counts as lost; `nil` for ever.
    ///   - opening: called on a sound thread: with `nil` at first, then with the rate that it had.
    init(
        patience: Duration?, calls: DeviceThread.Patience? = nil,
        opening: @escaping @Sendable (Int?) throws(AudioError) -> any PlaybackDevice
    ) async throws {
        let opened = try await DeviceOpening.open("loudspeaker", patience: calls?.opening) { () throws(AudioError) in
            try opening(nil)
        } close: {
            $0.close()
        }
        loop = try PlaybackLoop(opened, patience: patience, calls: calls) { rate throws(AudioError) in try opening(rate) }
    }

    deinit {
        loop.stop()
    }

    private static func device(_ id: AudioDeviceID, rate: Int?) throws(AudioError) -> any PlaybackDevice {
        switch id {
        case .systemDefault: try ALSAPlayback(name: "default", rate: rate)
        case .alsa(let name): try ALSAPlayback(name: name, rate: rate)
        case .wave(let path): try WavePlayback(path: path)
        case .fifo(let path): try FifoPlayback(path: path)
        case .null: NullPlayback()
        }
    }

    /// Samples a second at the device.
    package var rate: Int { loop.rate }
    /// What happens at the loudspeaker, for one reader.
    package var events: AsyncStream<PlaybackEvent> { loop.events }
    /// Where listening is; `nil` before anything was heard.
    package var played: PlayedPosition? { loop.queue.withLock { $0.played } }

    /// Why the events ended, when the device turned out to be none.
    package var failure: AudioError? { loop.failure.withLock { $0 } }

    /// What the loudspeaker is given from now on, silence included, in frames whose time is when they are heard: what an echo
    /// canceller has to take away from the microphone's sound. Sound comes at once, silence up to 100 ms later. Positions count from
    /// the first frame that anybody asked for.
    /// - Parameter room: frames that may wait. Of more the oldest are dropped.
    package func reference(room: Int = 500) -> AsyncStream<CapturedFrame> { loop.reference.hub.subscribe(room: room) }

    /// Appends samples at the device's rate to an item, waiting for room. Items are heard in the order in which they begin.
    package func enqueue(_ samples: [Int16], to item: PlaybackItemID) async throws {
        var rest = samples[...]
        while !rest.isEmpty {
            let piece = rest
            let taken = try await loop.news.wait { [loop] in
                let taken = loop.queue.withLock { $0.push(piece, to: item) }
                return taken > 0 || loop.hasEnded ? taken : nil
            }
            guard taken > 0 else { throw AudioError(.closed, "The loudspeaker is closed.") }
            rest = rest.dropFirst(taken)
            loop.wake.ring()
        }
    }

    /// Appends a whole item of its own at once, before anything that is enqueued later; `false`, and nothing of it, when it finds no
    /// room.
    package func enqueue(whole samples: [Int16], as item: PlaybackItemID) -> Bool {
        let isTaken = loop.queue.withLock { queue in
            guard queue.room >= samples.count else { return false }
            _ = queue.push(samples[...], to: item)
            queue.end(item)
            return true
        }
        loop.wake.ring()
        return isTaken
    }

    /// Says that no more of an item comes.
    package func finish(_ item: PlaybackItemID) {
        loop.queue.withLock { $0.end(item) }
        loop.wake.ring()
        loop.news.tell()
    }

    /// Fades to another loudness; 1 is as it was recorded.
    package func duck(to level: Float, over time: Duration) {
        loop.queue.withLock { $0.duck(to: level, over: frames(time)) }
    }

    /// How loud everything is, 0 to 1, whatever it is ducked to. Silent, it plays all the same.
    package func setVolume(_ volume: Float) {
        loop.queue.withLock { $0.setVolume(volume, over: frames(Self.fade)) }
    }

    /// Fades out and stands still.
    package func pause() {
        loop.queue.withLock { $0.pause(over: frames(Self.fade)) }
        loop.wake.ring()
    }

    /// Goes on, so far before the place where listening stopped, but not before the beginning of that item.
    package func resume(rewind: Duration) {
        loop.queue.withLock { $0.resume(rewind: frames(rewind), over: frames(Self.fade)) }
        loop.wake.ring()
    }

    /// Fades out and forgets everything that waits; returns how far listening came in it when all of it is silent. What is handed over
    /// meanwhile is heard afterwards, and does not count. Only one at a time: of two, the first may tell of what the second ended.
    @discardableResult
    package func flush() async throws -> PlayedPosition? {
        loop.queue.withLock { $0.flush(over: frames(Self.fade)) }
        loop.wake.ring()
        return try await loop.news.wait { [loop] in
            loop.queue.withLock { $0.isFlushed || loop.hasEnded ? .some($0.playedBeforeFlush) : nil }
        }
    }

    /// Closes the device and waits until it is closed, or given up. What is still waiting is not heard.
    package func close() async throws {
        loop.stop()
        try await loop.news.wait { [loop] in loop.hasEnded ? true : nil }
    }

    private func frames(_ time: Duration) -> Int {
        Int(time / .milliseconds(1) * Double(rate) / 1000)
    }
}
