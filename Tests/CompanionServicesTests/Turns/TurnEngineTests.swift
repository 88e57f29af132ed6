import Testing

@testable import CompanionServices

@Suite struct TurnEngineTests {
    @Test("a turn: heard, prepared while it may still go on, kept and said once it is over")
    func plainTurn() {
        var talk = TurnHarness()
        #expect(talk.phase == .listening)
        talk.person("What is the time?", from: 1000, to: 2000)
        #expect(
            talk.look() == [
                .hear(hearing: 1, since: 1000, continues: nil), .finishHearing(hearing: 1),
                .prepare(generation: 1, text: "What is the time?"),
            ])
        talk.tell(.prepared(generation: 1), at: 2400)
        #expect(talk.look() == [])
        #expect(talk.phase == .endpointing)
        talk.wait(until: 2500)
        #expect(talk.look() == [.speak(generation: 1, text: "What is the time?")])
        #expect(talk.phase == .thinking)
        talk.tell(.playbackStarted(generation: 1), at: 2560)
        let times = TurnTimes(
            generation: 1, voiceEnd: 2000, noticed: 2250, transcript: 2350, endpoint: 2500, prepared: 2500, firstSound: 2560)
        #expect(talk.look() == [.measured(times)])
        talk.play(until: 5000, from: 2560)
        talk.tell(.playbackFinished(generation: 1), at: 5000)
        #expect(talk.phase == .followUp)
        talk.wait(until: 12_999)
        #expect(talk.phase == .followUp)
        talk.wait(until: 13_000)
        #expect(talk.phase == .listening)
    }

    @Test("words that come after the wait are answered at once: what the recogniser took is not waited for again")
    func slowRecogniser() {
        var talk = TurnHarness()
        talk.person("Hello there.", from: 1000, to: 2000, compute: 900)
        #expect(talk.phase == .thinking)
        #expect(talk.look().last == .prepare(generation: 1, text: "Hello there."))
    }

    @Test("who goes on was not done: one utterance, heard again from its beginning, and the pause is learned")
    func goingOn() {
        var talk = TurnHarness()
        talk.person("I went to the shop.", from: 1000, to: 2000)
        _ = talk.look()
        talk.tell(.voiceStarted(at: 2380), at: 2440)
        let effects = talk.look()
        #expect(effects.contains(.discard(generation: 1)))
        #expect(effects.contains(.hear(hearing: 2, since: 1000, continues: 1)))
        #expect(effects.contains { if case .learned = $0 { true } else { false } })
        // The words of the hearing that was given up come too late.
        talk.tell(.transcript(hearing: 1, text: "I went to the shop."), at: 2500)
        #expect(talk.look() == [])
        #expect(talk.phase == .capturing)
        talk.wait(until: 3250)
        talk.tell(.voiceEnded(at: 3000), at: 3250)
        talk.tell(.transcript(hearing: 2, text: "I went to the shop and bought bread."), at: 3300)
        #expect(talk.look().last == .prepare(generation: 2, text: "I went to the shop and bought bread."))
    }

    @Test(
        "a sentence that cannot be over is waited for longer, in both languages",
        arguments: [
            "My name is", "I like it because", "Mujhe chai pasand hai aur", "میرا نام", "We will go to the,",
        ])
    func unfinished(text: String) {
        var talk = TurnHarness()
        talk.person(text, from: 1000, to: 2000)
        talk.wait(until: 4499)
        #expect(talk.phase == .endpointing)
        talk.wait(until: 4500)
        #expect(talk.phase == .thinking)
    }

    @Test("'wait' is waited for, and not answered", arguments: ["Wait a minute.", "Ruko zara", "ایک منٹ"])
    func hold(text: String) {
        var talk = TurnHarness()
        talk.person(text, from: 1000, to: 2000)
        talk.wait(until: 11_999)
        #expect(talk.phase == .endpointing)
        talk.wait(until: 12_000)
        #expect(talk.phase == .listening)
        #expect(talk.look().last == .refused(hearing: 1, text: text, reason: .hold))
    }

    @Test("a cough while we think holds the answer for its moment; a voice that goes on joins the turn")
    func whileThinking() {
        var talk = TurnHarness()
        talk.person("What is the time?", from: 1000, to: 2000)
        talk.wait(until: 2600)
        #expect(talk.phase == .thinking)
        _ = talk.look()
        talk.tell(.voiceStarted(at: 2600), at: 2660)
        talk.tell(.prepared(generation: 1), at: 2700)
        #expect(talk.look() == [])
        talk.tell(.voiceEnded(at: 2680), at: 2790)
        #expect(talk.look() == [.speak(generation: 1, text: "What is the time?")])

        var longer = TurnHarness()
        longer.person("What is the time?", from: 1000, to: 2000)
        longer.wait(until: 2600)
        longer.tell(.voiceStarted(at: 2600), at: 2660)
        longer.tell(.prepared(generation: 1), at: 2700)
        longer.wait(until: 2800)
        #expect(longer.phase == .capturing)
        let effects = longer.look()
        #expect(effects.contains(.discard(generation: 1)))
        #expect(!effects.contains { if case .speak = $0 { true } else { false } })
        #expect(effects.contains(.hear(hearing: 2, since: 1000, continues: 1)))
        #expect(longer.engine.endpoint.milliseconds(in: 300...1500) > EndpointDelay.initial)
    }

    @Test("an answer that was kept but not heard yet is held while somebody speaks")
    func heldAnswer() {
        var talk = TurnHarness()
        talk.person("What is the time?", from: 1000, to: 2000)
        talk.tell(.prepared(generation: 1), at: 2400)
        talk.wait(until: 2510)
        _ = talk.look()
        talk.tell(.voiceStarted(at: 2520), at: 2580)
        #expect(talk.phase == .paused)
        #expect(talk.look() == [.hear(hearing: 2, since: 2520, continues: nil), .pause])
        talk.wait(until: 3000)
        talk.tell(.voiceEnded(at: 2700), at: 3000)
        talk.tell(.transcript(hearing: 2, text: ""), at: 3100)
        #expect(talk.phase == .thinking)
        #expect(talk.look().contains(.resume(generation: 1)))
    }

    @Test("the wait for the end follows the person, within bounds")
    func learning() {
        let bounds = 300...1500
        var delay = EndpointDelay()
        for _ in 0..<60 { delay.observe(pause: 260, in: 300...1500) }
        #expect((370...390).contains(delay.milliseconds(in: bounds)))
        for _ in 0..<10 { delay.observe(cutOff: 900, in: 300...1500) }
        #expect((980...1020).contains(delay.milliseconds(in: bounds)))
        for _ in 0..<100 { delay.observe(pause: 90_000, in: 300...1500) }
        #expect(delay.milliseconds(in: 300...1500) == 1500)
        for _ in 0..<100 { delay.observe(pause: 0, in: 300...1500) }
        #expect(delay.milliseconds(in: 300...1500) == 300)
        // A cut-off never says that waiting less would have done.
        var other = EndpointDelay()
        other.observe(cutOff: 10, in: 300...1500)
        #expect(other.milliseconds(in: 300...1500) == EndpointDelay.initial)
    }

    @Test("at most three answers are prepared too early, and none for a long speech")
    func preemptiveLimits() {
        var talk = TurnHarness()
        var time = 1000
        for _ in 0..<5 {
            talk.person("One more thing is there.", from: time, to: time + 500)
            time += 900
        }
        let prepared = talk.look().filter { if case .prepare = $0 { true } else { false } }
        #expect(prepared.count == 3)
        var long = TurnHarness()
        long.person("A long story ends here.", from: 1000, to: 13_000)
        #expect(!long.look().contains { if case .prepare = $0 { true } else { false } })
        long.wait(until: 13_500)
        #expect(long.look() == [.prepare(generation: 1, text: "A long story ends here.")])
    }

    @Test("long silence is filled with a sound, then with a phrase, once each")
    func fillers() {
        var talk = TurnHarness()
        talk.person("Tell me about the sea.", from: 1000, to: 2000)
        talk.wait(until: 2899)
        _ = talk.look()
        talk.wait(until: 10_000)
        #expect(talk.look() == [.filler(.sound), .filler(.phrase)])
    }

    @Test("after a wake word somebody has five seconds; what follows it without a pause is heard")
    func wakeWord() {
        var talk = TurnHarness(mode: .wakeWord)
        talk.tell(.voiceStarted(at: 500), at: 560)
        #expect(talk.phase == .idle)
        #expect(talk.look() == [])
        talk.tell(.voiceEnded(at: 900), at: 1150)
        talk.tell(.addressed, at: 1200)
        #expect(talk.phase == .listening)
        #expect(talk.look() == [.cue])
        talk.wait(until: 6200)
        #expect(talk.phase == .idle)
        talk.tell(.voiceStarted(at: 7000), at: 7060)
        talk.tell(.addressed, at: 7500)
        #expect(talk.phase == .capturing)
        #expect(talk.look() == [.cue, .hear(hearing: 1, since: 7500, continues: nil)])
    }

    @Test("a held button is the person's turn: voices do not matter, its end is theirs")
    func pushToTalk() {
        var talk = TurnHarness(mode: .pushToTalk)
        talk.tell(.voiceStarted(at: 100), at: 160)
        #expect(talk.phase == .idle)
        talk.tell(.buttonDown, at: 1000)
        talk.tell(.voiceEnded(at: 1200), at: 1450)
        #expect(talk.phase == .capturing)
        talk.tell(.buttonUp, at: 3000)
        talk.tell(.transcript(hearing: 1, text: "My name is"), at: 3200)
        #expect(talk.phase == .thinking)
        talk.tell(.prepared(generation: 1), at: 3300)
        talk.tell(.playbackStarted(generation: 1), at: 3400)
        _ = talk.look()
        talk.tell(.buttonDown, at: 3600)
        #expect(talk.phase == .capturing)
        #expect(talk.look() == [.cut(generation: 1), .hear(hearing: 2, since: 3600, continues: nil)])
    }
}
