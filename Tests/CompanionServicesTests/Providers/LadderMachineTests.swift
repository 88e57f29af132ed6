import TestSupport
import Testing

@testable import CompanionServices

/// Who answers, decided on a clock that only the test moves.
@Suite struct LadderMachineTests {
    private let tuning = LadderTuning()

    private func machine(_ patience: Duration...) -> LadderMachine { LadderMachine(patience: patience, tuning: tuning) }

    private func ms(_ number: Int) -> Duration { .milliseconds(number) }

    @Test("the first rung speaks alone when it is quick")
    func quick() {
        var machine = machine(.seconds(1), .seconds(4))
        #expect(machine.handle(.begin, at: .zero) == [.start(0, said: "")])
        #expect(machine.nextWake == .seconds(1))
        #expect(machine.handle(.words(0, "Hello"), at: ms(300)) == [.say("Hello")])
        #expect(machine.handle(.clock, at: ms(1000)) == [])
        #expect(machine.handle(.words(0, " you."), at: ms(600)) == [.say(" you.")])
        #expect(machine.handle(.done(0), at: ms(700)) == [.end(.complete)])
        #expect(machine.said == "Hello you.")
        #expect(machine.nextWake == nil)
        #expect(machine.outcomes.map(\.outcome) == [.answered])
    }

    @Test("when the first is late the next is asked too, and the first good words win")
    func hedging() {
        var machine = machine(.seconds(1), .seconds(4))
        _ = machine.handle(.begin, at: .zero)
        #expect(machine.handle(.clock, at: ms(999)) == [])
        #expect(machine.handle(.clock, at: ms(1000)) == [.start(1, said: "")])
        #expect(machine.handle(.words(0, "Here"), at: ms(1200)) == [.cancel(1), .say("Here")])
        #expect(machine.handle(.words(1, "There"), at: ms(1210)) == [])
        #expect(machine.handle(.done(0), at: ms(1300)) == [.end(.complete)])
        #expect(machine.outcomes.map(\.outcome) == [.slower, .answered])
    }

    @Test("nobody in time: the floor answers, and the late ones are told to stop")
    func floor() {
        var machine = machine(.seconds(1), .seconds(2))
        _ = machine.handle(.begin, at: .zero)
        _ = machine.handle(.clock, at: .seconds(1))
        #expect(machine.handle(.clock, at: .seconds(3)) == [.cancel(0), .cancel(1), .end(.floor)])
        #expect(machine.outcomes.map(\.outcome) == [.late, .late])
    }

    @Test("a failure is answered at once by the next, and by the floor when there is none")
    func failing() {
        var machine = machine(.seconds(1), .seconds(2))
        _ = machine.handle(.begin, at: .zero)
        #expect(machine.handle(.failed(0, .serverFailed(status: 500)), at: ms(50)) == [.start(1, said: "")])
        #expect(machine.handle(.failed(1, .empty), at: ms(90)) == [.end(.floor)])
        #expect(machine.outcomes.map(\.why) == ["server in trouble (500)", "empty answer"])
    }

    @Test("a rung that fails while another still has time waits for that one")
    func failingBesides() {
        var machine = machine(.seconds(1), .seconds(2))
        _ = machine.handle(.begin, at: .zero)
        _ = machine.handle(.clock, at: .seconds(1))
        #expect(machine.handle(.failed(0, .cut), at: ms(1100)) == [])
        #expect(machine.handle(.words(1, "Yes."), at: ms(1500)) == [.say("Yes.")])
    }

    @Test("silence in the middle is gone on with by the next, who knows what was said")
    func stalling() {
        var machine = machine(.seconds(1), .seconds(4))
        _ = machine.handle(.begin, at: .zero)
        _ = machine.handle(.words(0, "Once upon"), at: ms(500))
        #expect(machine.nextWake == ms(500) + tuning.stall)
        #expect(machine.handle(.clock, at: ms(500) + tuning.stall) == [.cancel(0), .start(1, said: "Once upon")])
        #expect(machine.handle(.words(1, " a time."), at: ms(2000)) == [.say(" a time.")])
        #expect(machine.handle(.done(1), at: ms(2100)) == [.end(.complete)])
        #expect(machine.said == "Once upon a time.")
        #expect(machine.outcomes.map(\.outcome) == [.broke, .answered])
    }

    @Test("one that was only slower goes on where the faster one broke off")
    func slowerGoesOn() {
        var machine = machine(.seconds(1), .seconds(4))
        _ = machine.handle(.begin, at: .zero)
        _ = machine.handle(.clock, at: .seconds(1))
        #expect(machine.handle(.words(0, "One"), at: ms(1100)) == [.cancel(1), .say("One")])
        #expect(machine.handle(.failed(0, .cut), at: ms(1200)) == [.start(1, said: "One")])
    }

    @Test("an answer that does not end is ended with a sentence, or at the limit")
    func endless() {
        var machine = machine(.seconds(1))
        _ = machine.handle(.begin, at: .zero)
        let long = String(repeating: "on and ", count: 180)
        #expect(machine.handle(.words(0, long), at: ms(100)) == [.say(long)])
        #expect(machine.handle(.words(0, "so."), at: ms(200)) == [.say("so."), .cancel(0), .end(.cut)])
        var endless = self.machine(.seconds(1))
        _ = endless.handle(.begin, at: .zero)
        var now = Duration.zero
        while endless.end == nil {
            now += ms(1)
            _ = endless.handle(.words(0, "and so on "), at: now)
        }
        #expect(endless.said.count <= tuning.mostCharacters + 10)
    }

    @Test("only one that is alone may use tools, and it has time for them")
    func working() {
        var machine = machine(.seconds(1), .seconds(4))
        _ = machine.handle(.begin, at: .zero)
        _ = machine.handle(.clock, at: .seconds(1))
        #expect(machine.handle(.working(1), at: ms(1100)) == [.cancel(0), .grant(1)])
        #expect(machine.handle(.working(0), at: ms(1110)) == [])
        #expect(machine.nextWake == ms(1100) + tuning.work)
        #expect(machine.handle(.words(1, "Done."), at: .seconds(5)) == [.say("Done.")])
        #expect(machine.handle(.done(1), at: .seconds(6)) == [.end(.complete)])
    }

    @Test("whatever the rungs do, there is one end in time, one voice, and nobody is left running", arguments: 0..<300)
    func property(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 0...3, using: &generator)
        var machine = LadderMachine(
            patience: (0..<count).map { _ in .milliseconds(Int.random(in: 100...3000, using: &generator)) }, tuning: tuning)
        var due: [(at: Duration, event: LadderMachine.Event, attempt: Int)] = [(.zero, .begin, 0)]
        var running: [Int: Int] = [:]
        var attempts = 0
        var said = ""
        var ends: [LadderMachine.End] = []
        var now = Duration.zero
        while ends.isEmpty {
            let wake = machine.nextWake
            due.sort { $0.at < $1.at }
            let event: LadderMachine.Event
            if let first = due.first, first.at <= wake ?? first.at {
                due.removeFirst()
                now = max(now, first.at)
                // A task that was cancelled is not heard any more.
                if let rung = first.event.rung, running[rung] != first.attempt { continue }
                event = first.event
            } else if let wake {
                now = max(now, wake)
                event = .clock
            } else {
                Issue.record("nothing can happen any more")
                return
            }
            if case .done(let rung) = event { running[rung] = nil }
            if case .failed(let rung, _) = event { running[rung] = nil }
            for effect in machine.handle(event, at: now) {
                switch effect {
                case .start(let rung, let before):
                    #expect(running[rung] == nil, "a rung runs twice")
                    #expect(before == said)
                    attempts += 1
                    running[rung] = attempts
                    var time = now + .milliseconds(Int.random(in: 1...4000, using: &generator))
                    if Bool.random(using: &generator), Bool.random(using: &generator) {
                        due.append((time, .working(rung), attempts))
                        time += .milliseconds(Int.random(in: 1...12_000, using: &generator))
                    }
                    for number in 0..<Int.random(in: 0...12, using: &generator) {
                        due.append((time, .words(rung, "\(rung)\(number) "), attempts))
                        time += .milliseconds(Int.random(in: 1...1500, using: &generator))
                    }
                    switch Int.random(in: 0...3, using: &generator) {
                    case 0: due.append((time, .failed(rung, .cut), attempts))
                    case 1: break
                    default: due.append((time, .done(rung), attempts))
                    }
                case .cancel(let rung):
                    #expect(running.removeValue(forKey: rung) != nil, "one that does not run is cancelled")
                case .grant(let rung): #expect(machine.speaker == rung)
                case .say(let words):
                    said += words
                    if case .words(let rung, let heard) = event { #expect(heard == words && machine.speaker ?? rung == rung) }
                case .end(let end): ends.append(end)
                }
            }
        }
        #expect(ends.count == 1 && machine.end == ends.first)
        #expect(running.isEmpty, "somebody still runs")
        #expect(now <= tuning.total)
        #expect(machine.said == said)
        if ends == [.complete] { #expect(!said.isEmpty) }
        if said.isEmpty { #expect(ends == [.floor]) }
        #expect(machine.handle(.clock, at: now) == [] && machine.handle(.begin, at: now) == [])
    }
}
