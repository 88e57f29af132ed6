import Testing

@testable import AudioIO

/// Blocks as a sound thread would hand them over, on a clock of its own.
private struct Microphone: ~Copyable {
    var assembler = FrameAssembler()
    let rate: Int
    var now: Int64
    var frames: [CapturedFrame] = []
    var lost = 0

    init(rate: Int, at now: Int64 = 5_000_000_000) {
        (self.rate, self.now) = (rate, now)
    }

    // A noncopyable value cannot be looked into by '#expect'.
    var heard: [CapturedFrame] { frames }
    var missing: Int { lost }

    mutating func hear(_ samples: [Int16], gap: SoundRing.Gap = .none) throws {
        for start in stride(from: 0, to: samples.count, by: rate / 100) {
            let piece = Array(samples[start..<min(start + rate / 100, samples.count)])
            now += Int64(piece.count) * 1_000_000_000 / Int64(rate)
            let block = SoundRing.Block(count: piece.count, rate: rate, end: now, gap: start == 0 ? gap : .none)
            let made = try piece.withUnsafeBufferPointer { try assembler.take($0, block) }
            frames += made.frames
            lost += made.lost
        }
    }
}

@Suite struct FrameAssemblerTests {
    static let rates = [16_000, 48_000, 44_100, 22_050, 8_000, 96_000]

    @Test("frames follow each other without a seam, at 16 kHz, and each knows when it was heard", arguments: rates)
    func steady(rate: Int) throws {
        var microphone = Microphone(rate: rate)
        try microphone.hear(Signal.tone(1000, rate: rate, seconds: 1))
        let frames = microphone.heard
        #expect((97...100).contains(frames.count))
        for (number, frame) in frames.enumerated() {
            #expect(frame.samples.count == 160 && frame.position == Int64(number) * 160 && frame.lost == 0)
            let exact = 5_000_000_000 + Int64(number) * 10_000_000
            #expect(abs(frame.time - exact) < 100_000, "within a tenth of a millisecond")
        }
        let samples = frames.flatMap(\.samples)
        let middle = Array(samples[1600..<14_400])
        #expect(Signal.signalToNoise(of: 1000, in: middle, rate: 16_000) > 70)
        #expect(abs(Signal.amplitude(of: 1000, in: middle, rate: 16_000) - 10_000) < 50)
    }

    @Test("a tone that begins at a known moment is found at its place in time after the rate was changed")
    func aligned() throws {
        var microphone = Microphone(rate: 48_000)
        try microphone.hear([Int16](repeating: 0, count: 24_000) + Signal.tone(2000, rate: 48_000, seconds: 0.5))
        let samples = microphone.heard.flatMap(\.samples)
        let first = try #require(samples.firstIndex { abs(Int($0)) > 3000 })
        #expect(abs(first - 8000) < 8, "half a second in")
    }

    @Test("time that was lost moves what follows, and is told with the frame after it")
    func lost() throws {
        var microphone = Microphone(rate: 48_000)
        try microphone.hear(Signal.tone(500, rate: 48_000, seconds: 0.2))
        microphone.now += 250_000_000
        try microphone.hear(Signal.tone(500, rate: 48_000, seconds: 0.2), gap: .overrun)
        let frames = microphone.heard
        let index = try #require(frames.firstIndex { $0.lost > 0 })
        #expect(frames.filter { $0.lost > 0 }.count == 1)
        // What was left of a frame and of the filter is lost with it.
        #expect((4000...4200).contains(frames[index].lost) && microphone.missing == frames[index].lost)
        #expect(frames[index].position == frames[index - 1].position + 160 + Int64(frames[index].lost))
        #expect(abs(frames[index].time - 5_450_000_000) < 100_000)
        #expect(abs(Double(frames[index].position) / 16 - 450) < 0.1, "position is time")
    }

    @Test("a device that returns with another rate goes on at the right time")
    func otherRate() throws {
        var microphone = Microphone(rate: 48_000)
        try microphone.hear(Signal.tone(500, rate: 48_000, seconds: 0.1))
        var second = Microphone(rate: 44_100, at: microphone.now + 1_000_000_000)
        swap(&second.assembler, &microphone.assembler)
        try second.hear(Signal.tone(500, rate: 44_100, seconds: 0.3), gap: .absence)
        let frames = second.heard
        #expect(abs(Double(frames[0].position) / 16 - 1100) < 0.2)
        #expect(Signal.signalToNoise(of: 500, in: Array(frames.flatMap(\.samples)[800..<4000]), rate: 16_000) > 60)
    }

    @Test("a clock that goes back makes no time of it")
    func backwards() throws {
        var microphone = Microphone(rate: 16_000)
        try microphone.hear([Int16](repeating: 1, count: 1600))
        microphone.now -= 3_000_000_000
        try microphone.hear([Int16](repeating: 2, count: 1600), gap: .overrun)
        #expect(microphone.missing == 0)
        #expect(microphone.heard.map(\.position) == (0..<20).map { $0 * 160 })
    }
}

@Suite struct SoundRingTests {
    @Test("what goes in comes out, in order and as it was, and what finds no room is refused")
    func order() {
        let ring = SoundRing(room: 3)
        func push(_ value: Int16) -> Bool {
            [Int16](repeating: value, count: 480).withUnsafeBufferPointer {
                ring.push($0, rate: 48_000, end: Int64(value), gap: .none)
            }
        }
        var seen: [Int16] = []
        func take() -> Bool {
            ring.take { sound, block in
                seen.append(sound.count == 480 && block.end == Int64(sound[0]) ? sound[479] : -1)
            }
        }
        #expect(push(1) && push(2) && push(3) && !push(4))
        #expect(take() && push(5) && take() && take() && take() && !take())
        #expect(seen == [1, 2, 3, 5])
    }
}
