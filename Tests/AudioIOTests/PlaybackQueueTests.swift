import Testing

@testable import AudioIO

/// A loudspeaker on paper: `delay` samples lie between the program and the air.
private final class Desk {
    var queue = PlaybackQueue(rate: 1000, seconds: 2, history: 1)
    let delay: Int
    var heard: [Int16] = []
    var events: [PlaybackEvent] = []

    init(delay: Int = 0) {
        self.delay = delay
    }

    // A queue cannot be copied, which '#expect' does with what stands before a dot.
    var isFlushed: Bool { queue.isFlushed }
    var isEmpty: Bool { queue.isEmpty }
    var isPaused: Bool { queue.isPaused }
    var played: PlayedPosition? { queue.played }
    var playedBeforeFlush: PlayedPosition? { queue.playedBeforeFlush }
    var timeline: Int64 { queue.timeline }
    var room: Int { queue.room }

    func play(periods: Int, lost: Int = 0) {
        var period = [Int16](repeating: 0, count: 10)
        for _ in 0..<periods {
            _ = period.withUnsafeMutableBufferPointer { queue.render(into: $0) }
            _ = queue.wrote(10, lost: lost, delay: delay)
            heard += period
            events += queue.takeEvents()
        }
    }

    func push(_ count: Int, value: Int16 = 1000, to item: PlaybackItemID, ends: Bool = true) {
        push([Int16](repeating: value, count: count), to: item, ends: ends)
    }

    func push(_ samples: [Int16], to item: PlaybackItemID, ends: Bool = true) {
        let taken = queue.push(samples[...], to: item)
        #expect(taken == samples.count)
        if ends { queue.end(item) }
    }
}

@Suite struct PlaybackQueueTests {
    private let first = PlaybackItemID(generation: 0, number: 0)
    private let second = PlaybackItemID(generation: 0, number: 1)

    @Test("items are heard one after the other, and events come when they are heard, not when they are written")
    func order() {
        let desk = Desk(delay: 30)
        desk.push(25, value: 1, to: first)
        desk.push(15, value: 2, to: second)
        desk.play(periods: 3)
        #expect(desk.heard == Array(repeating: 1, count: 25) + Array(repeating: 2, count: 5))
        #expect(desk.events.isEmpty && desk.played == nil)
        desk.play(periods: 3)
        #expect(desk.events == [.started(first), .finished(first), .started(second)])
        #expect(desk.played == PlayedPosition(item: second, frame: 5, rate: 1000))
        desk.play(periods: 1)
        #expect(desk.events.suffix(2) == [.finished(second), .drained])
    }

    @Test("a flush fades, forgets what waits, and tells how far listening came")
    func flush() {
        let desk = Desk(delay: 20)
        desk.push(500, to: first)
        desk.push(100, to: second)
        desk.play(periods: 5)
        desk.queue.flush(over: 20)
        desk.play(periods: 2)
        let fade = desk.heard.suffix(20)
        #expect(zip(fade, fade.dropFirst()).allSatisfy { $0 >= $1 } && (fade.last ?? 1) < 60)
        #expect(!desk.isFlushed, "its last samples are still on their way")
        desk.play(periods: 3)
        #expect(desk.isFlushed && desk.heard.suffix(30).allSatisfy { $0 == 0 })
        #expect(desk.played == PlayedPosition(item: first, frame: 70, rate: 1000))
        #expect(!desk.events.contains(.finished(first)) && desk.events.last == .drained)
        let next = PlaybackItemID(generation: 1, number: 0)
        desk.push(10, value: 7, to: next)
        desk.play(periods: 4)
        #expect(desk.heard.contains(7) && desk.events.contains(.finished(next)), "what comes later is heard as it is")
    }

    @Test("what is heard right after a flush does not hide how far listening came before it")
    func soundAfterFlush() {
        let desk = Desk(delay: 20)
        desk.push(500, to: first)
        desk.play(periods: 5)
        desk.queue.flush(over: 20)
        let next = PlaybackItemID(generation: 1, number: -1)
        desk.push(100, to: next)
        // The sample after the last one that fades is the next item's: both may be heard before anybody asks.
        for _ in 0..<20 where desk.played?.item != next { desk.play(periods: 1) }
        #expect(desk.isFlushed && desk.playedBeforeFlush == PlayedPosition(item: first, frame: 70, rate: 1000))
        desk.queue.flush(over: 0)
        desk.play(periods: 4)
        #expect(desk.playedBeforeFlush?.item == next, "the next flush has its own")
    }

    @Test("a pause keeps the rest, and resuming repeats what was asked for, within the item")
    func pause() {
        let desk = Desk()
        let ramp = (0..<400).map { Int16($0) }
        desk.push(ramp, to: first)
        desk.play(periods: 10)
        desk.queue.pause(over: 10)
        desk.play(periods: 5)
        #expect(desk.isPaused && desk.played?.frame == 110)
        desk.queue.resume(rewind: 50, over: 1)
        desk.play(periods: 1)
        #expect(desk.heard.suffix(9) == ramp[61..<70])
        desk.queue.pause(over: 0)
        desk.play(periods: 1)
        desk.queue.resume(rewind: 1000, over: 1)
        desk.play(periods: 41)
        #expect(desk.heard.suffix(409).prefix(399) == ramp[1...], "no further back than its beginning, and then to its end")
        #expect(desk.events.suffix(2) == [.finished(first), .drained])
    }

    @Test("a volume holds for all that is played, and ducking is a part of it")
    func volume() {
        let desk = Desk()
        desk.push(300, to: first)
        desk.queue.setVolume(0.5, over: 0)
        desk.play(periods: 1)
        #expect(desk.heard.last == 500)
        desk.queue.duck(to: 0.2, over: 0)
        desk.play(periods: 1)
        #expect(desk.heard.last == 100)
        desk.queue.setVolume(0, over: 0)
        desk.play(periods: 1)
        #expect(desk.heard.last == 0)
        desk.queue.setVolume(1, over: 0)
        desk.queue.duck(to: 1, over: 0)
        desk.play(periods: 40)
        #expect(desk.heard.contains(1000) && desk.events.contains(.finished(first)), "\(desk.events)")
    }

    @Test("ducking goes down and up again in the time it was given")
    func duck() {
        let desk = Desk()
        desk.push(300, to: first)
        desk.queue.duck(to: 0.2, over: 50)
        desk.play(periods: 6)
        #expect(desk.heard[25] > 500 && desk.heard[25] < 700 && desk.heard[59] == 200)
        desk.queue.duck(to: 1, over: 10)
        desk.play(periods: 2)
        #expect(desk.heard[79] == 1000)
    }

    @Test("time in which the device stood still is in the timeline")
    func gap() {
        let desk = Desk()
        desk.push(40, to: first)
        desk.play(periods: 2)
        desk.play(periods: 1, lost: 70)
        #expect(desk.timeline == 100 && desk.events.contains(.gap(frames: 70)))
        #expect(desk.played?.frame == 30, "none of the item was lost with it")
    }

    @Test("what a lost device was given and nobody heard is played again when it is back")
    func loss() {
        let desk = Desk(delay: 20)
        let ramp = (0..<100).map { Int16($0) }
        desk.push(ramp, to: first)
        desk.play(periods: 5)
        desk.queue.deviceLost()
        desk.queue.deviceRecovered(after: 500)
        desk.play(periods: 9)
        #expect(desk.heard[50..<120] == ramp[30..<100])
        #expect(desk.events.filter { $0 == .lost || $0 == .recovered } == [.lost, .recovered])
        #expect(desk.events.last == .drained && desk.timeline == 640)
    }

    @Test("a flush of a lost device is over at once")
    func flushLost() {
        let desk = Desk(delay: 20)
        desk.push(200, to: first)
        desk.play(periods: 5)
        desk.queue.deviceLost()
        desk.queue.flush(over: 20)
        #expect(desk.isFlushed && desk.isEmpty)
    }

    @Test("a flush that has faded out is over when the device goes away before that could be heard")
    func flushThenLost() {
        let desk = Desk(delay: 20)
        desk.push(200, to: first)
        desk.play(periods: 5)
        desk.queue.flush(over: 20)
        desk.play(periods: 2)
        #expect(!desk.isFlushed)
        desk.queue.deviceLost()
        #expect(desk.isFlushed && desk.isEmpty)
    }

    @Test("speech that is not delivered in time is told with the silence that was heard for it")
    func starvation() {
        let desk = Desk()
        desk.push(15, to: first, ends: false)
        desk.play(periods: 4)
        desk.push(10, to: first)
        desk.play(periods: 1)
        #expect(desk.events.contains(.starved(first, frames: 25)))
    }

    @Test("takes no more than there is room for, and makes room by playing")
    func room() {
        let desk = Desk()
        let taken = desk.queue.push([Int16](repeating: 1, count: 5000)[...], to: first)
        #expect(taken == 3000)
        desk.play(periods: 150)
        #expect(desk.room == 500, "a second of what was heard is kept")
    }
}
