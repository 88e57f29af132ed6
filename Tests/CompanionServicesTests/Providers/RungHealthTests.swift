import Testing

@testable import CompanionServices

@Suite struct RungHealthTests {
    private func rests(_ health: RungHealth, at now: Duration) -> Bool {
        if case .rests = health.verdict(at: now) { true } else { false }
    }

    @Test("after three failures in a row it rests, and one question tries it out")
    func circuit() {
        var health = RungHealth()
        for second in 1...3 {
            #expect(!rests(health, at: .seconds(second)))
            health.failed(.cut, at: .seconds(second))
        }
        #expect(health.verdict(at: .seconds(10)) == .rests(until: .seconds(33), why: "broke off"))
        #expect(!rests(health, at: .seconds(33)))
        health.willBeAsked(at: .seconds(33))
        #expect(rests(health, at: .seconds(34)), "others go past while it is tried out")
        health.failed(.cut, at: .seconds(35))
        #expect(rests(health, at: .seconds(94)) && !rests(health, at: .seconds(95)), "it rests twice as long")
        health.willBeAsked(at: .seconds(95))
        health.answered(firstWords: .milliseconds(100))
        #expect(!rests(health, at: .seconds(96)) && !health.isResting)
    }

    @Test("failures far apart, slower answers and bad questions do not count")
    func harmless() {
        var health = RungHealth()
        for minute in 0..<10 { health.failed(.cut, at: .seconds(minute * 61)) }
        #expect(!rests(health, at: .seconds(700)))
        for _ in 0..<5 {
            health.failed(.contextTooLong, at: .seconds(700))
            health.failed(.wrongScript, at: .seconds(700))
            health.wasLetGo()
        }
        #expect(!rests(health, at: .seconds(700)))
    }

    @Test("a server that names a time is left alone until then, and what a person must mend for long")
    func obedience() {
        var health = RungHealth()
        health.failed(.rateLimited(retryAfter: .seconds(7), isUsedUp: false), at: .zero)
        #expect(rests(health, at: .seconds(6)) && !rests(health, at: .seconds(7)))
        var refused = RungHealth()
        refused.failed(.keyRefused(setting: "OPENAI_API_KEY"), at: .zero)
        #expect(rests(refused, at: .seconds(599)) && !rests(refused, at: .seconds(600)))
    }

    @Test("patience follows what was usual, within its bounds")
    func patience() {
        var health = RungHealth()
        #expect(health.patience(between: .milliseconds(400), and: .milliseconds(1200)) == .milliseconds(1200))
        for _ in 0..<10 { health.answered(firstWords: .milliseconds(400)) }
        #expect(health.patience(between: .milliseconds(400), and: .milliseconds(1200)) == .milliseconds(600))
        for _ in 0..<20 { health.answered(firstWords: .milliseconds(50)) }
        #expect(health.patience(between: .milliseconds(400), and: .milliseconds(1200)) == .milliseconds(400))
    }
}
