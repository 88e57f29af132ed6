import TestSupport
import Testing

@testable import AudioIO

@Suite struct SteadyClockTests {
    private static let block: Int64 = 10_000_000

    /// Blocks of 10 ms whose ends are reported `error` nanoseconds late; returns by how much each is told to be late.
    private static func told(_ errors: [Int64], clock: inout SteadyClock, from first: Int = 0) -> [Int64] {
        errors.enumerated().map { number, error in
            let exact = Int64(first + number + 1) * block
            clock.advance(by: block, reported: exact + error)
            return clock.end - exact
        }
    }

    @Test("reports that waver do not move it")
    func wavering() {
        var generator = SeededGenerator(seed: 1)
        var clock = SteadyClock(end: 0)
        let errors = (0..<1000).map { _ in Int64.random(in: -7_000_000...7_000_000, using: &generator) }
        let told = Self.told(errors, clock: &clock)
        #expect(zip(told, told.dropFirst()).count { $0 != $1 } <= 1, "at most the first second is corrected")
        #expect(told.allSatisfy { abs($0) < 2_000_000 })
    }

    @Test("a driver that errs at first is believed for two seconds at most")
    func wrongAtFirst() {
        var clock = SteadyClock(end: -220_000_000)
        let errors = [Int64](repeating: -220_000_000, count: 125) + [Int64](repeating: 0, count: 300)
        let told = Self.told(errors, clock: &clock)
        #expect(told[0] == -220_000_000)
        #expect(told.dropFirst(200).allSatisfy { $0 == 0 })
    }

    @Test("a clock that drifts is followed in few steps, and never far away")
    func drifting() {
        var clock = SteadyClock(end: 0)
        // 100 parts in a million, for an hour.
        let errors = (0..<360_000).map { Int64($0) * 1_000 }
        let told = Self.told(errors, clock: &clock)
        #expect(zip(told, errors).allSatisfy { abs($0 - $1) < 12_000_000 })
        #expect((25...60).contains(zip(told, told.dropFirst()).count { $0 != $1 }))
    }

    @Test("sound that stood still is at its new time with the third block, and one wild report changes nothing")
    func standstill() {
        var clock = SteadyClock(end: 0)
        _ = Self.told([Int64](repeating: 0, count: 150), clock: &clock)
        #expect(Self.told([-350_000_000, 0, 0], clock: &clock, from: 150) == [0, 0, 0])
        let told = Self.told([Int64](repeating: 2_000_000_000, count: 4), clock: &clock, from: 153)
        #expect(told == [0, 0, 2_000_000_000, 2_000_000_000])
    }
}
