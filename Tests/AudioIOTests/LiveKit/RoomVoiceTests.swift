import Testing

@testable import AudioIO

@Suite(.timeLimit(.minutes(2))) struct RoomVoiceTests {
    private let counter = RoomCounter()

    /// Says samples to whoever listens, 10 ms at a time, as fast as time passes.
    private func say(_ samples: [Int16], to voice: RoomVoice) async {
        let beginning = ContinuousClock.now
        for start in stride(from: 0, to: samples.count, by: 160) {
            samples.withUnsafeBufferPointer {
                voice.hear(UnsafeBufferPointer(rebasing: $0[start..<min(start + 160, samples.count)]))
            }
            // Sound has its time; it is what is tried here.
            try? await ContinuousClock().sleep(until: beginning + .milliseconds(10 * (start / 160 + 1)))
        }
    }

    @Test("somebody in a room is heard like a microphone, with silence before and after, and no gap in time")
    func heard() async throws {
        let voice = RoomVoice(of: "mira", counter: counter)
        let capture = try await AudioCapture(of: voice)
        var frames = capture.subscribe().makeAsyncIterator()
        // From then on somebody listens.
        var all = [try #require(await frames.next())]
        async let speaking: Void = say(Signal.tone(700, rate: 16_000, seconds: 1), to: voice)
        while all.count < 250, let frame = await frames.next() { all.append(frame) }
        await speaking
        voice.end()
        #expect(all.map(\.position) == (0..<250).map { Int64($0 * 160) })
        let sound = all.flatMap(\.samples)
        let first = try #require(sound.firstIndex { abs(Int($0)) > 1000 })
        let middle = Array(sound[(first + 1600)...].prefix(8000))
        #expect(Signal.amplitude(of: 700, in: middle, rate: 16_000) > 9000)
        #expect(sound.suffix(1600).allSatisfy { $0 == 0 })
        #expect(counter.now.framesHeard == 100)
        try await capture.close()
    }

    @Test("a room in which nobody speaks is silent, as slowly as time passes, until it is over")
    func silence() async throws {
        let voice = RoomVoice(of: "mira", counter: counter)
        let capture = try await AudioCapture(of: voice)
        let beginning = ContinuousClock.now
        var count = 0
        for await frame in capture.subscribe() {
            #expect(frame.samples.allSatisfy { $0 == 0 })
            count += 1
            if count == 50 { voice.end() }
            #expect(count < 200)
        }
        #expect(ContinuousClock.now - beginning >= .milliseconds(450))
        #expect(capture.failure == nil)
        try await capture.close()
    }

    @Test("what is said while nobody may listen is not heard later")
    func muted() async throws {
        let voice = RoomVoice(of: "mira", counter: counter)
        let capture = try await AudioCapture(of: voice, isMuted: true)
        let frames = capture.subscribe()
        await say(Signal.tone(700, rate: 16_000, seconds: 0.3), to: voice)
        #expect(counter.now.framesHeard == 0)
        try await capture.mute(false)
        var heard = 0
        for await frame in frames {
            #expect(frame.samples.allSatisfy { $0 == 0 })
            heard += 1
            if heard == 30 { break }
        }
        voice.end()
        try await capture.close()
    }
}
