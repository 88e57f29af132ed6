import Testing

@testable import CompanionServices

@Suite struct TurnInterruptionTests {
    private static let story = "Once upon a time there was a king who had three daughters and a garden"

    /// An answer that has been heard for two seconds at 12,000 ms, the echo guard behind it.
    private func speaking() -> TurnHarness {
        var talk = TurnHarness()
        talk.answer(Self.story, to: "Tell me a story.", heardFrom: 10_000)
        talk.play(until: 12_000, from: 10_000)
        #expect(talk.phase == .speaking)
        return talk
    }

    @Test("barge-in in steps: softer, silent, and cut when there are words; the words are the next turn")
    func bargeIn() {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        #expect(talk.look() == [.hear(hearing: 2, since: 12_000, continues: nil)])
        talk.wait(until: 12_150)
        #expect(talk.look() == [.duck])
        talk.wait(until: 12_400)
        #expect(talk.look() == [.pause])
        #expect(talk.phase == .paused)
        talk.tell(.voiceEnded(at: 13_000), at: 13_250)
        #expect(talk.look() == [.finishHearing(hearing: 2)])
        talk.tell(.transcript(hearing: 2, text: "No, I mean tomorrow."), at: 13_400)
        let effects = talk.look()
        #expect(effects == [.cut(generation: 1), .unduck, .prepare(generation: 2, text: "No, I mean tomorrow.")])
        talk.wait(until: 13_500)
        #expect(talk.phase == .thinking)
        // What is left of the old answer changes nothing.
        talk.tell(.playbackFinished(generation: 1), at: 13_510)
        talk.tell(.playbackStarted(generation: 1), at: 13_520)
        #expect(talk.phase == .thinking)
        #expect(talk.look() == [])
    }

    @Test("words that come while the voice is there interrupt without waiting for the pause")
    func wordsInterrupt() {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.tell(.partial(hearing: 2, text: "but what about"), at: 12_300)
        #expect(talk.phase == .capturing)
        #expect(talk.look().contains(.cut(generation: 1)))
    }

    @Test("few words that begin like a nod wait for the rest of them: they may be misheard as yet")
    func nodBegins() {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.wait(until: 12_450)
        talk.tell(.partial(hearing: 2, text: "okay, I say"), at: 12_500)
        #expect(talk.phase == .paused)
        talk.tell(.voiceEnded(at: 12_700), at: 12_950)
        talk.tell(.transcript(hearing: 2, text: "Okay, I see."), at: 13_000)
        #expect(talk.phase == .speaking)
        #expect(!talk.look().contains(.cut(generation: 1)))

        #expect(!SpokenSigns.mayBeBackChannel("acha bas karo na") && !SpokenSigns.mayBeBackChannel("right, stop reading please"))

        var more = speaking()
        more.tell(.voiceStarted(at: 12_000), at: 12_060)
        more.tell(.partial(hearing: 2, text: "okay, but what about tomorrow"), at: 12_900)
        #expect(more.phase == .capturing)
    }

    @Test("nobody interrupted: it goes on, whether the recogniser finds nothing or says nothing at all")
    func falseInterruption() {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.wait(until: 12_450)
        talk.tell(.voiceEnded(at: 12_420), at: 12_670)
        _ = talk.look()
        talk.tell(.transcript(hearing: 2, text: ""), at: 12_800)
        #expect(talk.look() == [.refused(hearing: 2, text: "", reason: .nothing), .resume(generation: 1), .unduck])
        #expect(talk.phase == .speaking)

        var silent = speaking()
        silent.tell(.voiceStarted(at: 12_000), at: 12_060)
        silent.wait(until: 12_450)
        silent.tell(.voiceEnded(at: 12_420), at: 12_670)
        silent.wait(until: 25_000)
        #expect(silent.phase == .speaking || silent.phase == .listening)
        let effects = silent.look()
        #expect(effects.contains(.resume(generation: 1)))
        #expect(effects.contains(.trouble(.recogniserSlow)))
    }

    @Test("a short sound only makes it softer for a moment")
    func shortSound() {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.wait(until: 12_370)
        talk.tell(.voiceEnded(at: 12_120), at: 12_370)
        #expect(talk.look() == [.hear(hearing: 2, since: 12_000, continues: nil), .duck, .unduck, .finishHearing(hearing: 2)])
        talk.tell(.transcript(hearing: 2, text: "Hmm."), at: 12_500)
        #expect(talk.look() == [.refused(hearing: 2, text: "Hmm.", reason: .backChannel)])
        #expect(talk.phase == .speaking)
    }

    @Test(
        "who only follows does not interrupt, in any of the languages",
        arguments: [
            "Yeah.", "mm-hmm", "Okay, right.", "haan", "haan ji", "Achha!", "theek hai", "ہاں جی", "اچھا", "ٹھیک ہے۔",
        ])
    func backChannels(text: String) {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.tell(.partial(hearing: 2, text: text), at: 12_200)
        talk.wait(until: 12_700)
        talk.tell(.voiceEnded(at: 12_500), at: 12_750)
        talk.tell(.transcript(hearing: 2, text: text), at: 12_800)
        #expect(talk.phase == .speaking)
        #expect(!talk.look().contains(.cut(generation: 1)))
    }

    @Test(
        "a stop word cuts at once and gets no answer",
        arguments: [
            "Stop.", "stop it", "Stop, stop!", "ruk jao", "Bas!", "bas karo yaar", "chup", "رک جاؤ", "بس", "چپ کرو",
            "be quiet please",
        ])
    func stopWords(text: String) {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.tell(.partial(hearing: 2, text: text), at: 12_250)
        #expect(talk.look().contains(.cut(generation: 1)))
        talk.tell(.voiceEnded(at: 12_300), at: 12_550)
        talk.tell(.transcript(hearing: 2, text: text), at: 12_600)
        #expect(talk.look().last == .refused(hearing: 2, text: text, reason: .stop))
        talk.wait(until: 16_000)
        #expect(talk.phase == .listening)
    }

    @Test("what is said after 'stop' is a turn")
    func stopAndMore() {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.tell(.partial(hearing: 2, text: "stop"), at: 12_250)
        #expect(talk.phase == .capturing)
        talk.tell(.voiceEnded(at: 13_500), at: 13_750)
        talk.tell(.transcript(hearing: 2, text: "Stop. Tell me the other one."), at: 13_900)
        #expect(talk.look().last == .prepare(generation: 2, text: "Stop. Tell me the other one."))
    }

    @Test("the spotter's stop word needs no recogniser")
    func spottedStop() {
        var talk = speaking()
        talk.tell(.stopWord, at: 12_100)
        #expect(talk.look() == [.cut(generation: 1)])
        #expect(talk.phase == .followUp)
    }

    @Test("our own words come back as echo and are refused; the same words later, or other words, are the person's")
    func echo() {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.tell(.partial(hearing: 2, text: "a king who had"), at: 12_300)
        #expect(talk.phase == .speaking)
        talk.wait(until: 12_500)
        talk.tell(.voiceEnded(at: 12_900), at: 13_150)
        talk.tell(.transcript(hearing: 2, text: "A king who had three doctors"), at: 13_200)
        #expect(
            talk.look().contains(.refused(hearing: 2, text: "A king who had three doctors", reason: .echo)))
        #expect(talk.phase == .speaking)
        talk.play(until: 14_000, from: 13_250)
        talk.tell(.playbackFinished(generation: 1), at: 14_000)
        // The last words, from just before the end.
        talk.tell(.voiceStarted(at: 14_100), at: 14_160)
        talk.wait(until: 14_750)
        talk.tell(.voiceEnded(at: 14_500), at: 14_750)
        talk.tell(.transcript(hearing: talk.hearing, text: "three daughters and a garden"), at: 14_900)
        #expect(talk.look().contains { if case .refused(_, _, .echo) = $0 { true } else { false } })
        #expect(talk.phase == .listening)
        talk.person("There was a king who had three daughters?", from: 16_000, to: 18_000)
        #expect(talk.look().contains { if case .prepare = $0 { true } else { false } })
    }

    @Test(
        "what is no louder than our echo is our own, whatever a recogniser makes of it; louder it is the person's",
        arguments: [
            ("daughters", true, true), ("A king.", true, true), ("Bring us a kind doctor", true, true),
            ("daughters", false, false),
            ("What time is it?", false, false),
        ])
    func loudEcho(text: String, isLikeEcho: Bool, isRefused: Bool) {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000, isLikeEcho: isLikeEcho), at: 12_060)
        talk.play(until: 12_300, from: 12_100)
        talk.tell(.voiceEnded(at: 12_300), at: 12_380)
        talk.tell(.transcript(hearing: 2, text: text), at: 12_390)
        let effects = talk.look()
        #expect(effects.contains(.refused(hearing: 2, text: text, reason: .echo)) == isRefused, "\(effects)")
        #expect(effects.contains(.cut(generation: 1)) == !isRefused)
    }

    @Test(
        "who speaks before the room has stopped giving us back is answered without our words in front of theirs",
        arguments: [
            ("three daughters and a garden what time is it in Lahore?", "what time is it in Lahore?"),
            ("Three doctors, and a garden. What time is it?", "What time is it?"),
            // Too little to be sure of, and words of ours that a person uses in an order of their own.
            ("a garden what time is it?", "a garden what time is it?"),
            ("What was the garden of the king like?", "What was the garden of the king like?"),
        ])
    func echoInFront(heard: String, taken: String) {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_000), at: 12_060)
        talk.wait(until: 12_500)
        talk.tell(.voiceEnded(at: 14_500), at: 14_750)
        talk.tell(.transcript(hearing: 2, text: heard), at: 14_900)
        let effects = talk.look()
        #expect(effects.contains(.prepare(generation: 2, text: taken)), "\(effects)")
    }

    @Test("a stop word is one, however it sounds, and a voice that becomes louder than our echo is a person's")
    func stopInLoudEcho() {
        var talk = TurnHarness()
        talk.answer("We can stop in Lahore", to: "Where can we stop?", heardFrom: 10_000)
        talk.play(until: 12_000, from: 10_250)
        talk.tell(.voiceStarted(at: 12_000, isLikeEcho: true), at: 12_060)
        talk.tell(.partial(hearing: 2, text: "stop"), at: 12_200)
        #expect(talk.look().contains(.cut(generation: 1)))

        var louder = speaking()
        louder.tell(.voiceStarted(at: 12_000, isLikeEcho: true), at: 12_060)
        louder.tell(.voiceEnded(at: 12_200), at: 12_280)
        louder.tell(.voiceStarted(at: 12_350, isLikeEcho: true), at: 12_400)
        _ = louder.look()
        louder.wait(until: 12_900)
        #expect(louder.look() == [] && louder.phase == .speaking)
        louder.tell(.voiceChanged(isLikeEcho: false), at: 12_900)
        louder.wait(until: 13_400)
        #expect(louder.look() == [.duck, .pause])
        louder.tell(.voiceEnded(at: 13_500), at: 13_750)
        louder.tell(.transcript(hearing: louder.hearing, text: "A king."), at: 13_800)
        #expect(louder.look().contains(.cut(generation: 1)))
    }

    @Test("at the beginning of an answer a voice does not interrupt, words do")
    func echoGuard() {
        var talk = TurnHarness()
        talk.answer(Self.story, to: "Tell me a story.", heardFrom: 10_000)
        talk.tell(.voiceStarted(at: 10_300), at: 10_360)
        talk.play(until: 11_200, from: 10_400)
        #expect(talk.phase == .speaking)
        #expect(talk.look() == [.hear(hearing: 2, since: 10_300, continues: nil)])
        talk.tell(.voiceEnded(at: 11_000), at: 11_250)
        talk.tell(.transcript(hearing: 2, text: "No, a short one."), at: 11_300)
        #expect(talk.look().contains(.cut(generation: 1)))
    }

    @Test("who goes on right after we began had not been done: more patience from then on")
    func immediateInterruption() {
        var talk = TurnHarness()
        talk.answer(Self.story, to: "Tell me a story.", heardFrom: 10_000)
        talk.person("about a tiger.", from: 10_200, to: 11_000)
        #expect(talk.engine.endpoint.milliseconds(in: 300...1500) > EndpointDelay.initial)
    }

    @Test("what the person began while we came to our end is heard as theirs")
    func overlapAtTheEnd() {
        var talk = speaking()
        talk.tell(.voiceStarted(at: 12_100), at: 12_160)
        talk.tell(.playbackFinished(generation: 1), at: 12_200)
        #expect(talk.phase == .capturing)
        talk.wait(until: 13_250)
        talk.tell(.voiceEnded(at: 13_000), at: 13_250)
        talk.tell(.transcript(hearing: 2, text: "And then?"), at: 13_300)
        #expect(talk.look().last == .prepare(generation: 2, text: "And then?"))
    }
}
