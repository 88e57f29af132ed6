import Testing

@testable import CompanionServices

@Suite struct TurnTroubleTests {
    @Test("every change of phase is in the table, and everything else is rejected")
    func table() {
        let allowed: Set<String> = [
            "idle listening", "idle capturing", "idle thinking", "listening idle", "listening capturing", "listening thinking",
            "capturing endpointing", "capturing listening", "endpointing capturing", "endpointing thinking",
            "endpointing listening", "endpointing followUp", "thinking speaking", "thinking capturing",
            "thinking paused", "thinking listening", "thinking followUp", "speaking paused", "speaking followUp",
            "speaking capturing", "speaking endpointing", "speaking listening", "paused speaking",
            "paused thinking", "paused capturing", "paused endpointing", "paused followUp", "paused listening",
            "followUp capturing", "followUp listening", "followUp idle", "followUp thinking",
        ]
        for from in TurnPhase.allCases {
            for to in TurnPhase.allCases {
                #expect(from.mayBecome(to) == allowed.contains("\(from.rawValue) \(to.rawValue)"), "\(from) → \(to)")
            }
        }
    }

    @Test("words that never come: the turn is given up aloud, and the next one works")
    func recogniserHangs() {
        var talk = TurnHarness()
        talk.wait(until: 1000)
        talk.tell(.voiceStarted(at: 1000), at: 1060)
        talk.tell(.voiceEnded(at: 2000), at: 2250)
        talk.wait(until: 11_000)
        let effects = talk.look()
        #expect(effects.contains(.dropHearing(hearing: 1, reason: .tooSlow)))
        #expect(effects.contains(.trouble(.recogniserSlow)))
        #expect(talk.phase == .listening)
        // Late words are not taken for an answer to something else.
        talk.tell(.transcript(hearing: 1, text: "Hello."), at: 11_100)
        #expect(talk.look() == [])
        talk.person("Hello again.", from: 12_000, to: 13_000)
        #expect(talk.look().last == .prepare(generation: 1, text: "Hello again."))
    }

    @Test("a recogniser that fails is told, and so is one that can hold no more: the rest is heard anew")
    func recogniserFails() {
        var talk = TurnHarness()
        talk.tell(.voiceStarted(at: 1000), at: 1060)
        talk.tell(.hearingFailed(hearing: 1), at: 1500)
        #expect(talk.look().contains(.trouble(.notUnderstood)))
        #expect(talk.phase == .listening)

        var full = TurnHarness()
        full.tell(.voiceStarted(at: 1000), at: 1060)
        full.tell(.transcript(hearing: 1, text: "A first part"), at: 31_000)
        #expect(full.look().last == .hear(hearing: 2, since: 31_000, continues: 1))
        full.tell(.voiceEnded(at: 33_000), at: 33_250)
        full.tell(.transcript(hearing: 2, text: "and a second."), at: 33_400)
        full.wait(until: 33_600)
        #expect(full.look().last == .prepare(generation: 1, text: "A first part and a second."))
    }

    @Test("an answer that fails or never comes is told, and the conversation goes on")
    func replyFails() {
        var talk = TurnHarness()
        talk.person("Tell me about the sea.", from: 1000, to: 2000)
        talk.wait(until: 2600)
        talk.tell(.replyFailed(generation: 1), at: 2700)
        #expect(talk.look().contains(.trouble(.replyFailed)))
        #expect(talk.phase == .followUp)

        var slow = TurnHarness()
        slow.person("Tell me about the sea.", from: 1000, to: 2000)
        slow.wait(until: 23_000)
        #expect(slow.look().contains(.trouble(.replySlow)))
        #expect(slow.phase == .followUp)
        // It comes after all, and is not heard.
        slow.tell(.prepared(generation: 1), at: 23_100)
        #expect(slow.look() == [])

        // One prepared too early is tried again when it is needed.
        var early = TurnHarness()
        early.person("Tell me about the sea.", from: 1000, to: 2000)
        early.tell(.replyFailed(generation: 1), at: 2360)
        _ = early.look()
        early.wait(until: 2500)
        #expect(early.look() == [.prepare(generation: 2, text: "Tell me about the sea.")])
    }

    @Test("'speaking' without sound does not last")
    func soundStuck() {
        var talk = TurnHarness()
        talk.answer("The sea is wide", to: "Tell me about the sea.", heardFrom: 10_000)
        talk.wait(until: 12_000)
        #expect(talk.look() == [.trouble(.soundStuck), .cut(generation: 1)])
        #expect(talk.phase == .listening)
    }

    @Test("while words are still being found the loudspeaker may wait for them, but not for ever")
    func slowWords() {
        var talk = TurnHarness()
        talk.person("Tell me about the sea.", from: 8000, to: 9000)
        talk.tell(.prepared(generation: 1), at: 9400)
        talk.tell(.saying(generation: 1, text: "The sea", isWhole: false), at: 9500)
        talk.wait(until: 10_000)
        talk.tell(.playbackStarted(generation: 1), at: 10_000)
        _ = talk.look()
        talk.wait(until: 20_000)
        #expect(talk.look() == [] && talk.phase == .speaking)
        talk.tell(.saying(generation: 1, text: "The sea is wide.", isWhole: true), at: 20_000)
        talk.wait(until: 22_100)
        #expect(talk.look() == [.trouble(.soundStuck), .cut(generation: 1)])

        var broken = TurnHarness()
        broken.person("Tell me about the sea.", from: 8000, to: 9000)
        broken.tell(.prepared(generation: 1), at: 9400)
        broken.tell(.playbackStarted(generation: 1), at: 10_000)
        broken.wait(until: 31_000)
        #expect(broken.look().contains(.cut(generation: 1)))
    }

    @Test("a voice without an end, a television, is taken as it is, and paused speech does not stand still for ever")
    func endlessVoice() {
        var talk = TurnHarness()
        talk.tell(.voiceStarted(at: 1000), at: 1060)
        talk.wait(until: 61_060)
        #expect(talk.phase == .endpointing)
        #expect(talk.look().last == .finishHearing(hearing: 1))

        var paused = TurnHarness()
        paused.answer("The sea is wide", to: "Tell me about the sea.", heardFrom: 10_000)
        paused.play(until: 11_500, from: 10_000)
        paused.tell(.voiceStarted(at: 11_500), at: 11_560)
        paused.wait(until: 27_000)
        #expect(paused.look().contains(.finishHearing(hearing: 2)))
        paused.tell(.transcript(hearing: 2, text: ""), at: 27_100)
        #expect(paused.phase == .speaking)
    }

    @Test("who speaks for long with short pauses is heard once, piece by piece, however slow the recogniser is")
    func longSpeech() {
        var talk = TurnHarness()
        talk.tell(.voiceStarted(at: 1000), at: 1060)
        talk.tell(.voiceEnded(at: 13_000), at: 13_250)
        _ = talk.look()
        // Its words are not there yet when the voice is back, twice.
        talk.tell(.voiceStarted(at: 13_300), at: 13_380)
        talk.tell(.voiceEnded(at: 14_000), at: 14_250)
        talk.tell(.voiceStarted(at: 14_300), at: 14_380)
        #expect(talk.look().allSatisfy { if case .hear = $0 { false } else { true } })
        talk.tell(.transcript(hearing: 1, text: "Once there was a king"), at: 15_000)
        #expect(talk.look().contains(.hear(hearing: 2, since: 13_300, continues: 1)))
        #expect(talk.phase == .capturing)
        talk.tell(.voiceEnded(at: 16_000), at: 16_250)
        talk.tell(.transcript(hearing: 2, text: "who had a garden."), at: 16_500)
        #expect(talk.look().contains(.prepare(generation: 1, text: "Once there was a king who had a garden.")))

        // The voice is over when the words come: the rest is asked for at once, and waited for.
        var over = TurnHarness()
        over.tell(.voiceStarted(at: 1000), at: 1060)
        over.tell(.voiceEnded(at: 13_000), at: 13_250)
        over.tell(.voiceStarted(at: 13_300), at: 13_380)
        over.tell(.voiceEnded(at: 14_000), at: 14_250)
        _ = over.look()
        over.tell(.transcript(hearing: 1, text: "Once there was a king"), at: 16_000)
        let effects = over.look()
        #expect(effects.suffix(2) == [.hear(hearing: 2, since: 13_300, continues: 1), .finishHearing(hearing: 2)])
        over.tell(.transcript(hearing: 2, text: "who had a garden."), at: 16_400)
        over.wait(until: 17_000)
        #expect(over.phase == .thinking)
    }

    @Test("a recogniser that fails in the middle of long speech is given all of it again, and words that are there stay")
    func failingInLongSpeech() {
        func speaking() -> TurnHarness {
            var talk = TurnHarness()
            talk.tell(.voiceStarted(at: 1000), at: 1060)
            talk.tell(.voiceEnded(at: 13_000), at: 13_250)
            talk.tell(.voiceStarted(at: 13_300), at: 13_380)
            _ = talk.look()
            return talk
        }
        var failing = speaking()
        failing.tell(.hearingFailed(hearing: 1), at: 14_000)
        #expect(failing.look().contains(.hear(hearing: 2, since: 1000, continues: 1)))
        #expect(failing.phase == .capturing)

        var later = speaking()
        later.tell(.transcript(hearing: 1, text: "What is two plus two"), at: 14_000)
        later.tell(.voiceEnded(at: 14_500), at: 14_750)
        later.tell(.hearingFailed(hearing: 2), at: 15_000)
        later.wait(until: 18_000)
        #expect(later.look().contains(.speak(generation: 1, text: "What is two plus two")) || later.phase == .thinking)

        var muted = speaking()
        muted.tell(.muted(true), at: 14_000)
        #expect(muted.look().contains(.dropHearing(hearing: 1, reason: .muted)))
        muted.tell(.transcript(hearing: 1, text: "What is two plus two"), at: 14_100)
        #expect(muted.look() == [])
    }

    @Test("muted in the middle of a word: nothing of it is kept; what was said to its end is answered")
    func muted() {
        var talk = TurnHarness()
        talk.tell(.voiceStarted(at: 1000), at: 1060)
        talk.tell(.muted(true), at: 1500)
        #expect(talk.look().last == .dropHearing(hearing: 1, reason: .muted))
        #expect(talk.phase == .listening)
        talk.tell(.voiceStarted(at: 2000), at: 2060)
        #expect(talk.look() == [])
        talk.tell(.muted(false), at: 3000)
        talk.person("Hello there.", from: 4000, to: 5000)
        talk.tell(.muted(true), at: 5400)
        talk.wait(until: 5600)
        #expect(talk.phase == .thinking)
    }

    @Test("the microphone goes: what was heard is understood as it is; an answer that stood still goes on")
    func microphoneLost() {
        var talk = TurnHarness()
        talk.tell(.voiceStarted(at: 1000), at: 1060)
        talk.tell(.microphone(isThere: false), at: 2000)
        #expect(talk.look().last == .finishHearing(hearing: 1))
        talk.tell(.transcript(hearing: 1, text: "Hello there."), at: 2100)
        talk.wait(until: 2600)
        #expect(talk.phase == .thinking)

        var paused = TurnHarness()
        paused.answer("The sea is wide", to: "Tell me about the sea.", heardFrom: 10_000)
        paused.play(until: 11_500, from: 10_000)
        paused.tell(.voiceStarted(at: 11_500), at: 11_560)
        paused.wait(until: 12_000)
        paused.tell(.microphone(isThere: false), at: 12_100)
        paused.tell(.transcript(hearing: 2, text: ""), at: 12_200)
        #expect(paused.phase == .speaking)
    }

    @Test("the loudspeaker goes: the answer waits for it, but not for ever")
    func loudspeakerLost() {
        var talk = TurnHarness()
        talk.answer("The sea is wide", to: "Tell me about the sea.", heardFrom: 10_000)
        talk.tell(.loudspeaker(isThere: false), at: 10_500)
        talk.wait(until: 25_000)
        #expect(talk.phase == .speaking)
        #expect(talk.look() == [])
        talk.tell(.loudspeaker(isThere: true), at: 25_100)
        talk.play(until: 26_000, from: 25_200)
        talk.tell(.playbackFinished(generation: 1), at: 26_000)
        #expect(talk.phase == .followUp)

        var gone = TurnHarness()
        gone.answer("The sea is wide", to: "Tell me about the sea.", heardFrom: 10_000)
        gone.tell(.loudspeaker(isThere: false), at: 10_500)
        gone.wait(until: 30_500)
        #expect(gone.look() == [.trouble(.loudspeakerLost), .cut(generation: 1)])
        #expect(gone.phase == .listening)
    }

    @Test("what is to be said unasked waits until nobody speaks, and is said in order")
    func announcements() {
        var talk = TurnHarness()
        talk.tell(.voiceStarted(at: 1000), at: 1060)
        talk.tell(.announce(id: "tea"), at: 1100)
        talk.tell(.announce(id: "bread"), at: 1200)
        talk.tell(.voiceEnded(at: 1500), at: 1750)
        #expect(!talk.look().contains { if case .announce = $0 { true } else { false } })
        talk.tell(.transcript(hearing: 1, text: ""), at: 1800)
        #expect(talk.look().last == .announce(generation: 1, id: "tea"))
        talk.tell(.playbackStarted(generation: 1), at: 1900)
        talk.tell(.playbackFinished(generation: 1), at: 2900)
        #expect(talk.look() == [.announce(generation: 2, id: "bread")])
    }
}
