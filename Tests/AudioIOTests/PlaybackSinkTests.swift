import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite(.timeLimit(.minutes(5))) struct PlaybackSinkTests {
    private let item = PlaybackItemID(generation: 0, number: 0)

    private func events(of sink: PlaybackSink, upTo last: PlaybackEvent) async -> [PlaybackEvent] {
        var seen: [PlaybackEvent] = []
        for await event in sink.events {
            seen.append(event)
            if event == last { break }
        }
        return seen
    }

    @Test("what is written to a WAV file is what was handed over, and the file says how long it is")
    func wave() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("out.wav").path
        let sink = try await PlaybackSink(.wave(path: path))
        let tone = Signal.tone(1000, rate: sink.rate, seconds: 1)
        try await sink.enqueue(tone, to: item)
        sink.finish(item)
        #expect(await events(of: sink, upTo: .drained) == [.started(item), .finished(item), .drained])
        #expect(sink.played == PlayedPosition(item: item, frame: tone.count, rate: 48_000))
        try await sink.close()
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        #expect(Array(bytes.prefix(WaveHeader.size)) == WaveHeader.bytes(rate: 48_000, samples: tone.count))
        #expect(bytes.dropFirst(WaveHeader.size).elementsEqual(tone.withUnsafeBytes { Array($0) }))
    }

    @Test("a loudspeaker nobody hears takes as long as a real one")
    func null() async throws {
        let sink = try await PlaybackSink(.null)
        let start = ContinuousClock.now
        try await sink.enqueue(Signal.tone(440, rate: sink.rate, seconds: 0.3), to: item)
        sink.finish(item)
        #expect(await events(of: sink, upTo: .finished(item)).first == .started(item))
        #expect(ContinuousClock.now - start >= .milliseconds(290))
        try await sink.close()
    }

    @Test("more than there is room for waits, and a flush ends the waiting for it to be heard")
    func flush() async throws {
        let sink = try await PlaybackSink(.null)
        let item = item
        async let all: Void = sink.enqueue([Int16](repeating: 100, count: 48_000 * 10), to: item)
        for await event in sink.events where event == .started(item) { break }
        try await all
        let played = try #require(try await sink.flush())
        #expect(played.item == item && played.frame > 0 && played.frame < 48_000 * 10)
        try await sink.close()
    }

    @Test("a signal that is handed over at once comes before what is handed over later, or not at all where it finds no room")
    func whole() async throws {
        let sink = try await PlaybackSink(.null)
        sink.pause()
        let signal = PlaybackItemID(generation: 0, number: -1)
        #expect(sink.enqueue(whole: [Int16](repeating: 100, count: 480), as: signal))
        try await sink.enqueue([Int16](repeating: 100, count: 480), to: item)
        sink.finish(item)
        let long = PlaybackItemID(generation: 0, number: -2)
        #expect(!sink.enqueue(whole: [Int16](repeating: 100, count: 48_000 * 60), as: long))
        sink.resume(rewind: .zero)
        let order: [PlaybackEvent] = [.started(signal), .finished(signal), .started(item), .finished(item), .drained]
        #expect(await events(of: sink, upTo: .drained) == order)
        try await sink.close()
    }

    @Test("a pipe whose reader goes away and returns is played on without a lost sample")
    func reader() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("speaker").path
        #expect(mkfifo(path, 0o600) == 0)
        let absent = await #expect(throws: AudioError.self) { try await PlaybackSink(.fifo(path: path)) }
        #expect(absent?.code == .lost)

        var reader: PipeReader? = try PipeReader(path)
        let sink = try await PlaybackSink(.fifo(path: path))
        let tone = (0..<32_000).map { Int16(truncatingIfNeeded: $0) }
        try await sink.enqueue(tone, to: item)
        sink.finish(item)
        // It hears the beginning and hangs up.
        #expect(try await reader?.read(8000) == Array(bytes(tone).prefix(8000)))
        reader = nil
        for await event in sink.events where event == .lost { break }
        let second = try PipeReader(path)
        async let heard = second.readToEnd()
        for await event in sink.events where event == .drained { break }
        try await sink.close()
        let rest = try await heard
        // What was never heard, and no less. A process that another test starts holds the pipe's ends until it is on its way, so
        // that what lay in the pipe may come first.
        let unheard = tone.count * 2 - 8000
        #expect(rest.count >= unheard, "it goes on from a place that was heard, or from before it")
        #expect(rest.suffix(unheard) == bytes(tone).suffix(unheard), "in one piece, to the end")
    }

    private func bytes(_ samples: [Int16]) -> [UInt8] { samples.withUnsafeBytes { Array($0) } }
}

/// Listens at a named pipe.
private final class PipeReader: Sendable {
    private let handle: FileHandle

    init(_ path: String) throws {
        // Without waiting for somebody who writes; the reads wait.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(descriptor >= 0)
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func read(_ count: Int) async throws -> [UInt8] { try await bytes(atMost: count) }
    func readToEnd() async throws -> [UInt8] { try await bytes(atMost: .max) }

    private func bytes(atMost count: Int) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { [handle] in
                var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
                while all.count < count {
                    var ready = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
                    poll(&ready, 1, -1)
                    let got = Foundation.read(handle.fileDescriptor, &buffer, min(buffer.count, count - all.count))
                    if got < 0, errno == EAGAIN || errno == EINTR { continue }
                    guard got > 0 else { break }
                    all += buffer[..<got]
                }
                continuation.resume(returning: all)
            }
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct PlaybackReferenceTests {
    @Test("what the loudspeaker is given is there as frames, with the times at which it is heard")
    func reference() async throws {
        let item = PlaybackItemID(generation: 0, number: 0)
        let sink = try await PlaybackSink(.null)
        let reference = sink.reference()
        let tone = Signal.tone(1000, rate: sink.rate, seconds: 0.5)
        try await sink.enqueue(tone, to: item)
        sink.finish(item)
        var frames: [CapturedFrame] = []
        for await frame in reference {
            frames.append(frame)
            if frames.count == 80 { break }
        }
        let samples = frames.flatMap(\.samples)
        let first = try #require(samples.firstIndex { abs(Int($0)) > 500 })
        #expect(Signal.signalToNoise(of: 1000, in: Array(samples[(first + 800)..<(first + 7200)]), rate: 16_000) > 65)
        #expect(samples[(first + 8100)...].allSatisfy { $0 == 0 }, "silence is in it")
        // Position and time agree, but for the moments in which the machine did something else.
        let apart = zip(frames, frames.dropFirst()).map { one, next in
            #expect(next.position == one.position + 160 + Int64(next.lost))
            return abs(next.time - one.time - Int64(160 + next.lost) * 62_500)
        }
        #expect(apart.sorted()[apart.count / 2] < 1_000_000)
        #expect(frames[70].time > MonotonicTime.now - 1_000_000_000)
        try await sink.close()
    }

    @Test("a loudspeaker that takes no time is refused instead of being written to for ever")
    func unpaced() async throws {
        let sink = try await PlaybackSink(.alsa("null"))
        for await event in sink.events where event == .lost { break }
        for await _ in sink.events {}
        #expect(sink.failure?.code == .unsupported)
        let capture = try await AudioCapture(.alsa("null"))
        let events = capture.events()
        for await _ in capture.subscribe() {}
        let all = await events.reduce(into: []) { $0.append($1) }
        #expect(all.contains { if case .lost(let error) = $0 { error.code == .unsupported } else { false } })
    }
}
