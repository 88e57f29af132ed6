import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite(.timeLimit(.minutes(5))) struct AudioCaptureTests {
    private func wave(_ samples: [Int16], rate: Int, in folder: TemporaryDirectory) throws -> AudioDeviceID {
        let file = folder.file("\(UUID()).wav")
        let bytes = WaveHeader.bytes(rate: rate, samples: samples.count) + samples.withUnsafeBytes { Array($0) }
        try Data(bytes).write(to: file)
        return .wave(path: file.path)
    }

    @Test("a WAV file is heard whole, as slowly as it was recorded, by everybody who listens")
    func file() async throws {
        let folder = try TemporaryDirectory()
        let capture = try await AudioCapture(try wave(Signal.tone(700, rate: 44_100, seconds: 0.5), rate: 44_100, in: folder))
        let events = capture.events()
        let start = ContinuousClock.now
        let (first, second) = (capture.subscribe(), capture.subscribe())
        async let other = second.reduce(into: []) { $0.append($1) }
        let frames = await first.reduce(into: []) { $0.append($1) }
        #expect(ContinuousClock.now - start >= .milliseconds(470))
        #expect(frames.map(\.position) == (0..<frames.count).map { Int64($0) * 160 } && (48...50).contains(frames.count))
        #expect(Signal.signalToNoise(of: 700, in: Array(frames.flatMap(\.samples)[800..<7200]), rate: 16_000) > 65)
        #expect(await other.suffix(20) == frames.suffix(20), "the second may have come a moment later")
        #expect(await events.reduce(into: []) { $0.append($1) } == [.opened(rate: 44_100), .ended])
        #expect(capture.counts.frames == frames.count && capture.counts.droppedFrames == 0)
    }

    @Test("at rest no sound is lost: not what comes at the end, nor when the rest ends in the middle of a piece")
    func rest() async throws {
        let folder = try TemporaryDirectory()
        let tone = Signal.tone(700, rate: 16_000, seconds: 0.5)
        let capture = try await AudioCapture(try wave(tone, rate: 16_000, in: folder))
        capture.rest(true)
        var frames: [CapturedFrame] = []
        var ages: [Int64] = []
        for await frame in capture.subscribe() {
            frames.append(frame)
            ages.append((MonotonicTime.now - frame.time) / 1_000_000 - 10)
            if frames.count == 10 || frames.count == 35 { capture.rest(frames.count != 10) }
        }
        #expect(frames.flatMap(\.samples) == tone)
        #expect(frames.allSatisfy { $0.lost == 0 })
        // Three come at a time, the first of them when the third is there. Where a thread was late, it hurries afterwards.
        #expect([0, 3, 6].contains { ages[$0] >= 15 }, "\(ages)")
    }

    @Test("a listener that is too slow loses the oldest frames, which are counted, and holds up nobody")
    func slow() async throws {
        let folder = try TemporaryDirectory()
        let capture = try await AudioCapture(try wave(Signal.tone(700, rate: 16_000, seconds: 0.3), rate: 16_000, in: folder))
        let events = capture.events()
        let (slow, quick) = (capture.subscribe(room: 5), capture.subscribe())
        #expect(await quick.reduce(0) { count, _ in count + 1 } == 30)
        for await event in events where event == .ended { break }
        let late = await slow.reduce(into: []) { $0.append($1) }
        #expect(late.map(\.position) == (25..<30).map { $0 * 160 })
        #expect(capture.counts.droppedFrames == 25)
    }

    @Test("muted, nothing is read; afterwards the time that passed is in the timeline")
    func mute() async throws {
        let folder = try TemporaryDirectory()
        let pipe = try PipeWriter(folder.file("mic").path)
        let capture = try await AudioCapture(.fifo(path: pipe.path))
        let frames = capture.subscribe(room: 10_000)
        var iterator = frames.makeAsyncIterator()
        pipe.write([Int16](repeating: 5, count: 1600))
        let first = try #require(await iterator.next())
        #expect(first.samples == [Int16](repeating: 5, count: 160))
        var last = first
        for _ in 1..<10 { last = try #require(await iterator.next()) }
        try await capture.mute(true)
        #expect(capture.isMuted)
        // The pipe has no reader any more: nothing of this can be in the program's memory.
        #expect(!pipe.write([Int16](repeating: 6, count: 160)))
        try await capture.mute(false)
        await pipe.hasReader()
        #expect(pipe.write([Int16](repeating: 7, count: 1600)))
        let next = try #require(await iterator.next())
        #expect(next.samples == [Int16](repeating: 7, count: 160))
        #expect(next.lost > 0 && next.position == 1600 + Int64(next.lost))
        let elapsed = next.time - last.time - 10_000_000
        #expect(abs(Int64(next.lost) - elapsed * 16 / 1_000_000) <= 1, "position is time")
        try await capture.close()
    }

    @Test("one that begins muted does not touch its device")
    func beginsMuted() async throws {
        let capture = try await AudioCapture(.fifo(path: "/nonexistent/mic"), isMuted: true)
        let events = capture.events()
        let frames = capture.subscribe()
        try await capture.mute(false)
        for await event in events {
            if case .lost(let error) = event {
                #expect(error.code == .notFound && error.advice?.contains("mkfifo") == true)
                break
            }
        }
        try await capture.close()
        #expect(await frames.reduce(0) { count, _ in count + 1 } == 0)
    }

    @Test("a pipe's writer that goes away and returns is told, and the time is in the timeline")
    func writer() async throws {
        let folder = try TemporaryDirectory()
        var pipe: PipeWriter? = try PipeWriter(folder.file("mic").path)
        let path = try #require(pipe?.path)
        let capture = try await AudioCapture(.fifo(path: path))
        var events = capture.events().makeAsyncIterator()
        var frames = capture.subscribe().makeAsyncIterator()
        pipe?.write([Int16](repeating: 3, count: 320))
        #expect(await frames.next()?.samples.first == 3)
        pipe = nil
        #expect(await events.next() == .opened(rate: 16_000))
        guard case .lost? = await events.next() else {
            Issue.record("the loss is told")
            return
        }
        _ = await frames.next()
        let again = try PipeWriter(path)
        await again.hasReader()
        again.write([Int16](repeating: 4, count: 320))
        let next = try #require(await frames.next())
        #expect(next.samples.first == 4 && next.lost > 0)
        #expect(await events.next() == .returned(rate: 16_000))
        #expect(capture.counts.losses == 1)
        try await capture.close()
    }

    @Test("a pipe that nobody writes, and one that gets nothing, are told from one that is heard")
    func emptyPipe() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("mic").path
        #expect(mkfifo(path, 0o600) == 0)
        let nobody = await #expect(throws: AudioError.self) { try await AudioCapture(.fifo(path: path)) }
        #expect(nobody?.code == .lost && nobody?.advice == "Start its writer first.")
        let pipe = try PipeWriter(path)
        let capture = try await AudioCapture(.fifo(path: path))
        let events = capture.events()
        let frames = capture.subscribe()
        for await event in events {
            guard case .lost(let error) = event else { continue }
            #expect(error.message.contains("gives no sound"))
            break
        }
        try await capture.close()
        #expect(await frames.reduce(0) { count, _ in count + 1 } == 0)
        withExtendedLifetime(pipe) {}
    }

    @Test("a microphone that hears nothing runs in time, and says after ten seconds that it is silent")
    func silence() async throws {
        var watch = SilenceWatch()
        func hear(_ value: Int16, seconds: Double) -> [CaptureEvent] {
            (0..<Int(seconds * 100)).compactMap { _ in
                [Int16](repeating: value, count: 160).withUnsafeBufferPointer { watch.hear($0, rate: 16_000) }
            }
        }
        #expect(hear(0, seconds: 9.9).isEmpty && hear(1, seconds: 0.01).isEmpty)
        #expect(hear(0, seconds: 25) == [.silent] && hear(-1, seconds: 1) == [.audible])

        let capture = try await AudioCapture(.null)
        let start = MonotonicTime.now
        var count = 0
        for await frame in capture.subscribe() {
            #expect(frame.samples.allSatisfy { $0 == 0 })
            count += 1
            if count == 20 { break }
        }
        #expect(MonotonicTime.now - start >= 190_000_000)
        try await capture.close()
    }

    @Test("files that are no sound are refused at once")
    func refused() async throws {
        let folder = try TemporaryDirectory()
        let empty = folder.file("empty.wav")
        try Data().write(to: empty)
        let error = await #expect(throws: AudioError.self) { try await AudioCapture(.wave(path: empty.path)) }
        #expect(error?.message.contains("is empty") == true)
        let plain = await #expect(throws: AudioError.self) { try await AudioCapture(.fifo(path: empty.path)) }
        #expect(plain?.message.contains("no named pipe") == true)
    }
}

/// Speaks into a named pipe.
private final class PipeWriter: Sendable {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        if access(path, F_OK) != 0 { try #require(mkfifo(path, 0o600) == 0) }
        // A reader has to be there to open a pipe for writing without waiting; then it goes.
        let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        close(reader)
        try #require(descriptor >= 0)
    }

    deinit {
        close(descriptor)
    }

    /// False when nobody reads.
    @discardableResult
    func write(_ samples: [Int16]) -> Bool {
        // Tests ignore the signal that comes with it.
        signal(SIGPIPE, SIG_IGN)
        return samples.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } > 0
    }

    /// Waits until somebody reads.
    func hasReader() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [path] in
                // It can be opened so only when there is one.
                close(open(path, O_WRONLY | O_CLOEXEC))
                continuation.resume()
            }
        }
    }
}
