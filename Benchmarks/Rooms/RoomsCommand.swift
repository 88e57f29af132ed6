import ArgumentParser
import AudioIO
import Foundation
import TestSupport

/// What a LiveKit room costs: with LiveKit's own library, and a small server and other people on this machine.
struct RoomsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rooms",
        abstract: "Delay, cost, leaks and returns of a stay in a LiveKit room; how soon the companion greets.",
        discussion: """
            Runs in the network that scripts/room-network.sh makes, which 'make bench' sees to. --minutes is how long the run lasts \
            in which people speak, come and go and connections break; what it holds at the end is compared with what it held when \
            it was warm.
            Example: make bench ARGS="rooms --minutes 30"
            """)

    enum Part: String, CaseIterable, ExpressibleByArgument {
        case delay, rest, life, outage, greeting
    }

    @Option(help: "Only this part.")
    var part: [Part] = []

    @Option(help: "Minutes of the run that looks for leaks.")
    var minutes = 3.0

    @Option(help: "Times that something is said, for the delay.")
    var sayings = 100

    @Option(help: "Seconds for which a silent room is watched.")
    var seconds = 30.0

    @Option(help: "Outages of the server, and greetings.")
    var rounds = 5

    func run() async throws {
        for part in self.part.isEmpty ? Part.allCases : self.part {
            print("-- \(part.rawValue)")
            switch part {
            case .delay: try await RoomDelayBenchmark.run(sayings: sayings)
            case .rest: try await RoomRestBenchmark.run(seconds: seconds)
            case .life: try await RoomLifeBenchmark.run(minutes: minutes)
            case .outage: try await RoomOutageBenchmark.run(rounds: rounds)
            case .greeting: try await RoomGreetingBenchmark.run(rounds: rounds)
            }
        }
    }
}

enum RoomSounds {
    /// Something of which no two pieces are the same.
    static func noise(seconds: Double, rate: Int) -> [Int16] {
        (0..<Int(seconds * Double(rate))).map { _ in Int16.random(in: -9000...9000) }
    }

    static func tone(_ hertz: Double, seconds: Double, rate: Int) -> [Int16] {
        (0..<Int(seconds * Double(rate))).map { Int16(8000 * sin(2 * .pi * hertz * Double($0) / Double(rate))) }
    }
}

extension RoomVisit {
    /// In the room for the first time, or again.
    static func isThere(_ event: RoomEvent) -> Bool {
        switch event {
        case .joined, .reconnected: true
        default: false
        }
    }
}
