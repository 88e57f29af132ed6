import TestSupport
import Testing

@testable import AudioIO

@Suite(.timeLimit(.minutes(1))) struct EarlySoundTests {
    private func bytes(_ content: [UInt8], _ type: String, _ attributes: [String: String] = [:]) -> RoomBytes {
        RoomBytes(
            id: "1", participant: "mira", topic: EarlySound.topic, name: "early", mimeType: type,
            attributes: ["trackId": "TR_1", "sampleRate": "48000", "channels": "1"].merging(attributes) { $1 }, bytes: content)
    }

    private func raw(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private func ogg(_ samples: [Int16]) throws -> [UInt8] {
        var settings = OpusSettings.recording
        (settings.rate, settings.channels) = (48_000, 1)
        let stream = try OggOpusStream(settings: settings)
        return try stream.head() + stream.write(samples) + stream.finish()
    }

    @Test("a tone is found in Ogg Opus and in raw samples of any rate, in one channel or two")
    func forms() throws {
        let tone = Signal.tone(700, rate: 48_000, seconds: 1)
        for content in [
            bytes(try ogg(tone), "audio/opus"), bytes(try ogg(tone), "audio/ogg; codecs=opus"), bytes(raw(tone), "audio/pcm"),
            bytes(raw(tone.flatMap { [$0, $0] }), "", ["channels": "2"]),
            bytes(raw(Signal.tone(700, rate: 44_100, seconds: 1)), "audio/pcm", ["sampleRate": "44100"]),
        ] {
            let sound = try EarlySound(content)
            #expect(sound.track == "TR_1" && abs(sound.samples.count - 16_000) < 400, "\(sound.samples.count)")
            #expect(RoomSound.isTone(700, Array(sound.samples.dropFirst(2000).prefix(8000)), rate: 16_000))
        }
    }

    @Test("of a long speech the end is kept")
    func long() throws {
        let sound = try EarlySound(bytes(raw([Int16](repeating: 5, count: 16_000 * 12)), "", ["sampleRate": "16000"]))
        #expect(sound.samples.count == 160_000)
    }

    @Test("what is no sound is refused, whatever it is")
    func refused() throws {
        let good = try ogg(Signal.tone(700, rate: 48_000, seconds: 0.2))
        for content in [
            bytes([], "audio/opus"), bytes([1, 2, 3], "audio/opus"), bytes([], "audio/webm"), bytes([1, 2, 3], "audio/pcm"),
            bytes(raw([1]), "audio/pcm", ["sampleRate": "fast"]), bytes(raw([1]), "audio/pcm", ["channels": "6"]),
            bytes(good, "audio/opus", ["trackId": ""]), bytes(good, "audio/webm;codecs=opus"),
        ] {
            #expect(throws: AudioError.self) { try EarlySound(content) }
        }
    }

    /// An element with its size, as WebM has it; `nil` for one whose size is not known.
    private func element(_ id: [UInt8], _ content: [UInt8], isSized: Bool = true) -> [UInt8] {
        id + (isSized ? [0x10 | UInt8(content.count >> 24 & 0x0F), UInt8(content.count >> 16 & 0xFF)] : [0x01, 0xFF])
            + (isSized
                ? [UInt8(content.count >> 8 & 0xFF), UInt8(content.count & 0xFF)] : [UInt8](repeating: 0xFF, count: 6)) + content
    }

    private func webM(_ packets: [[UInt8]], isSized: Bool) -> [UInt8] {
        let entry = element([0xD7], [1]) + element([0x86], Array("A_OPUS".utf8)) + element([0xE1], element([0x9F], [1]))
        let blocks = packets.flatMap { element([0xA3], [0x81, 0, 0, 0x80] + $0) }
        return element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("webm".utf8)))
            + element(
                [0x18, 0x53, 0x80, 0x67],
                element([0x16, 0x54, 0xAE, 0x6B], element([0xAE], entry))
                    + element([0x1F, 0x43, 0xB6, 0x75], element([0xE7], [0]) + blocks, isSized: isSized), isSized: isSized)
    }

    @Test("a browser's WebM gives its packets, with sizes or without; cut or damaged it gives fewer, and never traps")
    func browser() throws {
        let packets: [[UInt8]] = (0..<20).map { number in (0..<40).map { UInt8(truncatingIfNeeded: $0 &* number) } }
        for isSized in [true, false] {
            #expect(WebMOpus(webM(packets, isSized: isSized))?.packets == packets)
        }
        let whole = webM(packets, isSized: false)
        for count in 0..<whole.count {
            let cut = WebMOpus(Array(whole.prefix(count)))?.packets ?? []
            #expect(cut == Array(packets.prefix(cut.count)))
        }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            var damaged = whole
            for _ in 0..<4 {
                let place = Int.random(in: 4..<damaged.count, using: &generator)
                damaged[place] = .random(in: 0...255, using: &generator)
            }
            _ = WebMOpus(damaged)
        }
    }

    @Test("early sound and live sound are one line of time")
    func line() async throws {
        let (live, feed) = AsyncStream.makeStream(of: CapturedFrame.self)
        for number in 0..<5 {
            feed.yield(
                CapturedFrame(
                    samples: [Int16](repeating: 2, count: 160), position: Int64(number * 160),
                    time: 1_000_000_000 + Int64(number) * 10_000_000))
        }
        feed.finish()
        var frames: [CapturedFrame] = []
        for await frame in EarlySound.frames([Int16](repeating: 1, count: 400), then: live) { frames.append(frame) }
        #expect(frames.map(\.position) == (0..<8).map { Int64($0 * 160) })
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $1.time - $0.time == 10_000_000 })
        #expect(frames[3].time == 1_000_000_000)
        #expect(frames[0].samples == [Int16](repeating: 0, count: 80) + [Int16](repeating: 1, count: 80))
        #expect(frames[3].samples.first == 2)
    }
}
