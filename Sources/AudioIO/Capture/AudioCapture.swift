import Foundation
import Synchronization

/// The one owner of a microphone, for as many listeners as there are. It has a thread of its own, on which the device is opened,
/// read, mended and closed; one that does not come back from the device is replaced.
///
/// A device that goes away, or from which no sound comes any more, is tried again until it returns; the time that passed is in the
/// frames' positions. The device is read only while it is not muted and once somebody has subscribed.
package final class AudioCapture: Sendable {
    private let loop: CaptureLoop

    /// Opens the device, unless it begins muted.
    /// - Parameters:
    ///   - isMuted: how it begins; whoever starts the program again passes what was so before.
    ///   - patience: how long a device that is lost later on is waited for; `nil` for ever. All streams end with it.
    /// - Throws: ``AudioError`` when it cannot be used now.
    package convenience init(_ id: AudioDeviceID, isMuted: Bool = false, patience: Duration? = nil) async throws {
        try await self.init(isMuted: isMuted, patience: patience, calls: id.patience) { () throws(AudioError) in
            try Self.device(id)
        }
    }

    /// Opens whatever is a microphone here.
    /// - Parameters:
    ///   - calls: how long a call into the device may last before the device counts as lost; `nil` for ever.
    ///   - opening: called on a sound thread.
    init(
        isMuted: Bool, patience: Duration?, calls: DeviceThread.Patience? = nil, opening: @escaping CaptureLoop.Opening
    ) async throws {
        loop = try CaptureLoop(isMuted: isMuted, patience: patience, calls: calls, opening: opening)
        let device =
            isMuted
            ? nil
            : try await DeviceOpening.open("microphone", patience: calls?.opening, opening: opening) { $0.close() }
        loop.start(with: device)
    }

    deinit {
        loop.stop()
    }

    private static func device(_ id: AudioDeviceID) throws(AudioError) -> any CaptureDevice {
        switch id {
        case .systemDefault: try ALSACapture(name: "default")
        case .alsa(let name): try ALSACapture(name: name)
        case .wave(let path): try WaveCapture(path: path)
        case .fifo(let path): try FifoCapture(path: path)
        case .null: NullCapture()
        }
    }

    /// Sound from now on; the first subscription starts the device. The stream ends when the capture is closed, when a file is
    /// over, or when a lost device was waited for in vain.
    /// - Parameter room: frames that may wait. Of more the oldest are dropped, and counted.
    package func subscribe(room: Int = 500) -> AsyncStream<CapturedFrame> {
        let frames = loop.hub.subscribe(room: room)
        loop.begin()
        return frames
    }

    /// What happens at the microphone from now on. It starts nothing.
    package func events() -> AsyncStream<CaptureEvent> { loop.events() }

    package var isMuted: Bool { loop.isMuted }
    /// Why the streams ended, when the device turned out to be none or did not come back in time.
    package var failure: AudioError? { loop.failure.withLock { $0 } }
    package var counts: CaptureCounts { loop.counts }

    /// Whether nobody needs the sound at once. Frames are handed over three at a time then, up to 20 ms later, which spares the
    /// processor a part of what listening costs. From the next frame on after the rest, each comes by itself again.
    package func rest(_ isResting: Bool) { loop.rest(isResting) }

    /// Closes the device, so that nothing is read into memory, or opens it again. Nothing recorded before is delivered after it
    /// returns; what a subscriber has been given and not yet looked at is its own. A device that does not let itself be closed is left
    /// as it is, after four seconds: nobody reads it any more.
    package func mute(_ isMuted: Bool) async throws {
        loop.mute(isMuted)
        guard isMuted else { return }
        try await loop.news.wait { [loop] in loop.isDeviceClosed || !loop.isMuted ? true : nil }
    }

    /// Closes the device and waits until it is closed, or given up.
    package func close() async throws {
        loop.stop()
        try await loop.news.wait { [loop] in loop.hasEnded ? true : nil }
    }
}
