import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AudioIO

/// Devices from whose calls a thread does not come back.
@Suite(.timeLimit(.minutes(2))) struct StuckDeviceTests {
    /// Short, and long beside what a busy machine takes for a call.
    private static let calls = DeviceThread.Patience(working: .seconds(1), opening: .seconds(2))
    private let item = PlaybackItemID(generation: 1, number: 0)

    private func microphone(_ works: DeviceWorks, isMuted: Bool = false) async throws -> AudioCapture {
        try await AudioCapture(isMuted: isMuted, patience: nil, calls: Self.calls) { () throws(AudioError) in
            TrappedDevice(works, number: works.open())
        }
    }

    private func loudspeaker(_ works: DeviceWorks) async throws -> PlaybackSink {
        try await PlaybackSink(patience: nil, calls: Self.calls) { _ throws(AudioError) in
            TrappedDevice(works, number: works.open())
        }
    }

    @Test("a microphone that keeps its thread is opened anew; what the kept call brings in the end is not heard")
    func reading() async throws {
        let works = DeviceWorks()
        let capture = try await microphone(works)
        var events = capture.events().makeAsyncIterator()
        var frames = capture.subscribe().makeAsyncIterator()
        #expect(await events.next() == .opened(rate: 16_000))
        let before = try #require(await frames.next())
        #expect(before.samples.allSatisfy { $0 == 1 })
        works.trap(.working, of: 1)
        #expect(await events.next() == .lost(.noAnswer("microphone")))
        #expect(await events.next() == .returned(rate: 16_000))
        var next = try #require(await frames.next())
        while next.samples[0] == 1 { next = try #require(await frames.next()) }
        #expect(next.lost >= 12_000, "a second and more is in the timeline: \(next.lost)")
        works.free(1)
        await works.closing(of: 1)
        for _ in 0..<20 { #expect(await frames.next()?.samples.allSatisfy { $0 == 2 } == true) }
        #expect(capture.counts.losses == 1)
        try await capture.close()
        #expect(works.closed == [1, 2])
    }

    @Test("a microphone that keeps its thread can be muted and closed")
    func mutingAndClosing() async throws {
        let works = DeviceWorks()
        let capture = try await microphone(works)
        var events = capture.events().makeAsyncIterator()
        var frames = capture.subscribe().makeAsyncIterator()
        _ = await frames.next()
        works.trap(.working, of: 1)
        await works.keeping(1)
        try await capture.mute(true)
        try await capture.mute(false)
        while await frames.next()?.samples[0] != 2 { try Task.checkCancellation() }
        works.trap(.working, of: 2)
        await works.keeping(2)
        try await capture.close()
        #expect(await events.next() == .opened(rate: 16_000))
        #expect(await events.next() == .muted(true), "nothing was missed that was to be heard")
        works.free(1)
        works.free(2)
        await works.closing(of: 1)
        await works.closing(of: 2)
    }

    @Test("a device that keeps whoever opens it is refused at first, and waited for later on; one that comes too late is closed")
    func opening() async throws {
        let works = DeviceWorks()
        works.trap(.opening, of: 1)
        await #expect(throws: AudioError.noAnswer("microphone")) { try await microphone(works) }
        works.trap(.opening, of: 2)
        await #expect(throws: AudioError.noAnswer("loudspeaker")) { try await loudspeaker(works) }
        works.free(1)
        works.free(2)
        await works.closing(of: 1)
        await works.closing(of: 2)

        let capture = try await microphone(works)
        var events = capture.events().makeAsyncIterator()
        var frames = capture.subscribe().makeAsyncIterator()
        _ = await frames.next()
        works.trap(.opening, of: 4)
        works.fail(3)
        #expect(await events.next() == .opened(rate: 16_000))
        #expect(await events.next() == .lost(DeviceWorks.failure))
        #expect(await events.next() == .returned(rate: 16_000))
        while await frames.next()?.samples[0] != 5 { try Task.checkCancellation() }
        works.free(4)
        await works.closing(of: 4)
        #expect(capture.counts.losses == 1)
        try await capture.close()
    }

    @Test("of a device that keeps everybody only so many are sent to it; when one comes back, the next one goes")
    func limit() async throws {
        let works = DeviceWorks()
        for number in 1...DeviceThread.limit { works.trap(.working, of: number) }
        let judged = Judged()
        let thread = DeviceThread("kept", patience: .init(working: .milliseconds(200), opening: .seconds(1))) { calls in
            let number = works.open()
            // The one after those that are kept stays of its own.
            guard calls.make({ _ = works.stay(.working, number) }) else { return works.close(number) }
            works.hear(number)
        } judge: { _ in
            judged.count()
            return .replace
        }
        thread.start()
        // Once for each, and then, with nobody sent, at each look.
        await judged.times(DeviceThread.limit + 3)
        #expect(works.opened == DeviceThread.limit)
        works.free(5)
        await works.hearing(1)
        #expect(works.heard == [Int16(DeviceThread.limit + 1)] && works.closed == [5])
        for number in 1...DeviceThread.limit { works.free(number) }
        for number in 1...DeviceThread.limit { await works.closing(of: number) }
    }

    @Test("a device that keeps as many as may be sent to it is not waited for longer than another one")
    func patienceAtTheLimit() async throws {
        let works = DeviceWorks()
        for number in 2...DeviceThread.limit + 1 { works.trap(.working, of: number) }
        let patience = DeviceThread.Patience(working: .milliseconds(200), opening: .seconds(1))
        let capture = try await AudioCapture(isMuted: false, patience: .seconds(6), calls: patience) { () throws(AudioError) in
            TrappedDevice(works, number: works.open())
        }
        var frames = capture.subscribe().makeAsyncIterator()
        _ = await frames.next()
        works.fail(1)
        while await frames.next() != nil { try Task.checkCancellation() }
        #expect(capture.failure == .noAnswer("microphone") && works.opened == DeviceThread.limit + 1)
        try await capture.close()
        for number in 2...DeviceThread.limit + 1 { works.free(number) }
        for number in 2...DeviceThread.limit + 1 { await works.closing(of: number) }
    }

    @Test("what a loudspeaker that keeps its thread did not play is played when it was opened anew, to the last sample")
    func writing() async throws {
        let works = DeviceWorks()
        let sink = try await loudspeaker(works)
        let tone = (0..<16_000).map { Int16($0 % 30_000 + 1) }
        try await sink.enqueue(tone, to: item)
        sink.finish(item)
        await works.hearing(4_000)
        works.trap(.working, of: 1)
        await works.keeping(1)
        // The thread that comes back while the other one plays says nothing.
        await works.hearing(works.heard.count + 2_000)
        works.free(1)
        await works.closing(of: 1)
        var events: [PlaybackEvent] = []
        for await event in sink.events {
            events.append(event)
            if event == .drained { break }
        }
        #expect(events == [.started(item), .lost, .recovered, .finished(item), .drained])
        #expect(works.heard == tone)
        try await sink.close()
    }

    @Test("a loudspeaker that keeps its thread can be silenced and closed")
    func silencing() async throws {
        let works = DeviceWorks()
        let sink = try await loudspeaker(works)
        try await sink.enqueue([Int16](repeating: 7, count: 32_000), to: item)
        await works.hearing(4_000)
        works.trap(.working, of: 1)
        await works.keeping(1)
        let position = try await sink.flush()
        #expect(position?.item == item)
        works.trap(.working, of: 2)
        await works.keeping(2)
        try await sink.close()
        for number in 1...2 { works.free(number) }
        await works.closing(of: 1)
        await works.closing(of: 2)
    }
}

/// Counts how often it was asked what to do.
private final class Judged: Sendable {
    private let state = Mutex(0)
    private let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    func count() {
        state.withLock { $0 += 1 }
        changes.continuation.yield()
    }

    func times(_ count: Int) async {
        for await _ in changes.stream where state.withLock({ $0 }) >= count { return }
    }
}

/// Devices one after another, numbered from 1, each of which can be made to keep its thread.
private final class DeviceWorks: Sendable {
    static let failure = AudioError(.lost, "It was pulled out.")

    private struct State {
        var opened = 0
        var closed: [Int] = []
        var traps: [Int: DeviceCalls.Kind] = [:]
        var failing: Set<Int> = []
        var kept = 0
        var heard: [Int16] = []
    }

    private let condition = NSCondition()
    private let state = Mutex(State())
    private let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    var opened: Int { state.withLock { $0.opened } }
    var closed: [Int] { state.withLock { $0.closed.sorted() } }
    /// What was written, without silence.
    var heard: [Int16] { state.withLock { $0.heard } }

    func trap(_ kind: DeviceCalls.Kind, of number: Int) {
        change { $0.traps[number] = kind }
    }

    func free(_ number: Int) {
        change { $0.traps[number] = nil }
    }

    func fail(_ number: Int) {
        change { $0.failing.insert(number) }
    }

    func open() -> Int {
        let number = state.withLock { state in
            state.opened += 1
            return state.opened
        }
        _ = stay(.opening, number)
        return number
    }

    /// - Returns: whether the device did what was asked of it; one that kept its thread did not.
    func work(_ number: Int) throws(AudioError) -> Bool {
        guard stay(.working, number) else { return false }
        if state.withLock({ $0.failing.contains(number) }) { throw Self.failure }
        return true
    }

    func close(_ number: Int) {
        change { $0.closed.append(number) }
    }

    func hear(_ number: Int) {
        change { $0.heard.append(Int16(number)) }
    }

    func hear(_ samples: UnsafeBufferPointer<Int16>) {
        change { $0.heard += samples.filter { $0 != 0 } }
    }

    func closing(of number: Int) async { await until { $0.closed.contains(number) } }
    func keeping(_ count: Int) async { await until { $0.kept == count } }
    func hearing(_ count: Int) async { await until { $0.heard.count >= count } }

    /// - Returns: whether it came through at once.
    func stay(_ kind: DeviceCalls.Kind, _ number: Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        func isKept() -> Bool { state.withLock { $0.traps[number] == kind } }
        guard isKept() else { return true }
        state.withLock { $0.kept += 1 }
        changes.continuation.yield()
        while isKept() { condition.wait() }
        state.withLock { $0.kept -= 1 }
        return false
    }

    private func change(_ body: (inout State) -> Void) {
        condition.lock()
        state.withLock { body(&$0) }
        condition.broadcast()
        condition.unlock()
        changes.continuation.yield()
    }

    private func until(_ isSo: (borrowing State) -> Bool) async {
        if state.withLock({ isSo($0) }) { return }
        for await _ in changes.stream where state.withLock({ isSo($0) }) { return }
    }
}

/// A microphone that hears its own number, or a loudspeaker whose sound can be looked at.
private final class TrappedDevice: CaptureDevice, PlaybackDevice {
    private let works: DeviceWorks
    private let number: Int
    private var pace = Pace(rate: 16_000)

    init(_ works: DeviceWorks, number: Int) {
        (self.works, self.number) = (works, number)
    }

    let rate = 16_000
    let delay = 0
    let isPaced = true

    func read(into output: UnsafeMutableBufferPointer<Int16>, within milliseconds: Int32) throws(AudioError) -> CaptureRead {
        _ = try works.work(number)
        let count = pace.wait(for: output.count, milliseconds)
        output[..<count].update(repeating: Int16(number))
        pace.take(count)
        return CaptureRead(count: count)
    }

    func write(_ samples: UnsafeBufferPointer<Int16>) throws(AudioError) -> Int {
        guard try works.work(number) else { return 0 }
        _ = pace.wait(for: samples.count, 1000)
        pace.take(samples.count)
        works.hear(samples)
        return 0
    }

    func close() {
        works.close(number)
    }
}
