import LocalStore
import TestSupport

/// Everything about a run that is decided before it begins. The same plan always gives the same run.
package struct Plan: Sendable {
    /// One person's file on one device.
    package struct Seat: Sendable, Hashable {
        package let device: Int
        package let person: Int
    }

    package struct Clock: Sendable, Hashable {
        /// How far the device's clock is off at the beginning, in milliseconds.
        package let offset: Int64
        /// Milliseconds gained in every thousand seconds.
        package let drift: Int64
    }

    /// How long troubles last; afterwards the network and the server are well and no more is asked of them.
    package static let chaosMilliseconds: Int64 = 240_000

    package let seed: UInt64
    package var troubles: Set<Trouble>
    package let seats: [Seat]
    package let clocks: [Clock]
    package let people: Int
    package var actions: [PlannedAction]

    /// The plan of a seed.
    package init(seed: UInt64) {
        var random = SeededGenerator(seed: seed &* 0x9E37_79B9 &+ 1)
        self.seed = seed
        let troubles = Trouble.half(using: &random)
        self.troubles = troubles
        people = troubles.contains(.secondPerson) ? 2 : 1
        let devices = Int.random(in: 1...3, using: &random)
        var seats: [Seat] = []
        for device in 0..<devices {
            seats.append(Seat(device: device, person: 0))
            if people == 2, device == 0 || Bool.random(using: &random) { seats.append(Seat(device: device, person: 1)) }
        }
        self.seats = seats
        clocks = (0..<devices).map { _ in Self.clock(troubles, using: &random) }
        var maker = PlanMaker(troubles: troubles, seats: seats, people: people, devices: devices, random: random)
        actions = maker.actions()
        // Came later: drawn apart, so that seeds mean what they meant.
        var more = SeededGenerator(seed: seed &* 0xA24B_AED4_963E_E407 &+ 5)
        guard Int.random(in: 0..<8, using: &more) == 0 else { return }
        self.troubles.insert(.forgetting)
        let at = Int64.random(in: 0..<Self.chaosMilliseconds, using: &more)
        actions.append(PlannedAction(at: at, action: .forgetMe(person: Int.random(in: 0..<people, using: &more))))
        actions.sort { $0.at < $1.at }
    }

    private static func clock(_ troubles: Set<Trouble>, using random: inout SeededGenerator) -> Clock {
        let year: Int64 = 365 * 86_400_000
        let offsets: [Int64] = [0, -year, year, -30_000, 45_000, 600_000]
        return Clock(
            offset: troubles.contains(.clockOffsets) ? offsets[Int.random(in: 0..<offsets.count, using: &random)] : 0,
            drift: troubles.contains(.clockDrift) ? Int64.random(in: -200...200, using: &random) : 0)
    }

    /// How to see this run again.
    package var command: String { "make simulate SEED=\(seed)" }
}
