import Glibc

/// A microphone that is somebody in a room. Where nothing comes from there it hears silence, as slowly as a real one, so that
/// whoever listens to it need not know of lost connections and changed tracks.
final class RoomCapture: CaptureDevice {
    /// How long sound may stay away before there is silence in its place, in nanoseconds.
    private static let patience: Int64 = 100_000_000

    private let voice: RoomVoice
    private let bell: Bell
    /// When the sound ended that was given last, and how long ago that was.
    private var end = MonotonicTime.now
    private var age: Int64 = 0
    private var hasBegun = false

    init(_ voice: RoomVoice) throws(AudioError) {
        self.voice = voice
        bell = try Bell()
    }

    let rate = RoomVoice.rate
    var delay: Int { Int(max(0, age) * Int64(rate) / 1_000_000_000) }

    func read(into output: UnsafeMutableBufferPointer<Int16>, within milliseconds: Int32) throws(AudioError) -> CaptureRead {
        begin()
        let limit = MonotonicTime.now + Int64(milliseconds) * 1_000_000
        while !voice.hasEnded {
            if let read = take(output) { return read }
            let now = MonotonicTime.now
            if now - end > Self.patience { return silence(output) }
            guard now < limit else { return CaptureRead() }
            // Rung by sound or by the end; looked at once more when there ought to be silence.
            let next = min(limit, end + Self.patience + 1_000_000)
            bell.wait(milliseconds: Int32(clamping: max(1, (next - now + 999_999) / 1_000_000)))
        }
        return CaptureRead(isOver: true)
    }

    func close() {
        voice.listen(nil)
    }

    /// What came before anybody read is not heard.
    private func begin() {
        guard !hasBegun else { return }
        hasBegun = true
        voice.listen(bell)
        end = MonotonicTime.now
    }

    private func take(_ output: UnsafeMutableBufferPointer<Int16>) -> CaptureRead? {
        var read: CaptureRead?
        // A block has at most the 10 ms that the output has room for.
        _ = voice.take { sound, block in
            let count = min(sound.count, output.count)
            _ = output[..<count].update(from: sound[..<count])
            end = block.end
            read = CaptureRead(count: count, isBroken: block.gap == .overrun)
        }
        age = MonotonicTime.now - end
        return read
    }

    /// So much of it that time is caught up with, 10 ms at a time.
    private func silence(_ output: UnsafeMutableBufferPointer<Int16>) -> CaptureRead {
        output.update(repeating: 0)
        // After a long time in which nobody read, it is not made up for.
        end = max(end, MonotonicTime.now - 2 * Self.patience) + Int64(output.count) * 1_000_000_000 / Int64(rate)
        age = MonotonicTime.now - end
        return CaptureRead(count: output.count)
    }
}

extension AudioCapture {
    /// Listens to somebody in a room as to a microphone.
    /// - Parameters: as of a microphone; muted, what comes is thrown away where it arrives.
    package convenience init(of voice: RoomVoice, isMuted: Bool = false, patience: Duration? = nil) async throws {
        try await self.init(isMuted: isMuted, patience: patience) { () throws(AudioError) in try RoomCapture(voice) }
    }
}
