import TestSupport
import Testing

@testable import CompanionServices

/// Random conversations, sensible and not, a thousand of them, the same in every run.
@Suite struct TurnPropertyTests {
    private static let words = [
        "", "Hmm.", "haan ji", "Stop!", "ruk jao", "wait a minute", "What is the time?", "My name is", "Once upon a time a king",
        "I told you yesterday that my sister comes.", "میری بہن لاہور میں رہتی ہے", "yes",
    ]

    /// What the engine asked for and was not done yet, so that most of what happens makes sense.
    private struct World {
        var asked: Set<Int> = []
        var preparing: Set<Int> = []
        var sent: Set<Int> = []
        var playing: Set<Int> = []
        /// Hearings whose fate is open, and those that were decided.
        var open: Set<Int> = []
        var closed: Set<Int> = []
        var hearingOf: [Int: Int] = [:]
        var mistakes: [String] = []

        mutating func close(_ hearing: Int, _ how: String) {
            if open.remove(hearing) == nil { mistakes.append("hearing \(hearing) ended twice or never began: \(how)") }
            closed.insert(hearing)
        }

        mutating func see(_ effects: [TurnEffect]) {
            for effect in effects {
                switch effect {
                case .hear(let hearing, _, let continued):
                    if let continued { close(continued, "continued") }
                    if !open.isEmpty { mistakes.append("hearing \(hearing) began before \(open) was decided") }
                    if closed.contains(hearing) { mistakes.append("hearing \(hearing) has a number that was used") }
                    open.insert(hearing)
                case .finishHearing(let hearing):
                    if !open.contains(hearing) { mistakes.append("hearing \(hearing) was finished and is not open") }
                    asked.insert(hearing)
                case .dropHearing(let hearing, _): close(hearing, "dropped")
                case .refused(let hearing, _, _): close(hearing, "refused")
                case .prepare(let generation, let text):
                    if text.isEmpty { mistakes.append("an answer to nothing") }
                    if let hearing = open.first { hearingOf[generation] = hearing }
                    preparing.insert(generation)
                case .discard(let generation):
                    if preparing.remove(generation) == nil, sent.contains(generation) {
                        mistakes.append("\(generation) was discarded after it was kept")
                    }
                    hearingOf[generation] = nil
                case .speak(let generation, _):
                    if !sent.isEmpty { mistakes.append("\(generation) is to be said while \(sent) is") }
                    if let hearing = hearingOf[generation] { close(hearing, "answered") } else { mistakes.append("no hearing") }
                    sent.insert(generation)
                case .announce(let generation, _):
                    if !sent.isEmpty { mistakes.append("\(generation) is to be said while \(sent) is") }
                    sent.insert(generation)
                case .cut(let generation):
                    if sent.remove(generation) == nil { mistakes.append("\(generation) was cut and not being said") }
                    playing.remove(generation)
                case .resume(let generation):
                    if !sent.contains(generation) { mistakes.append("\(generation) goes on and is not being said") }
                case .trouble(.impossible): mistakes.append("a change of phase that is not in the table")
                case .trouble(.stuck): mistakes.append("stuck")
                case .phase, .cue, .duck, .unduck, .pause, .filler, .trouble, .measured, .learned: break
                }
            }
        }
    }

    private func event(_ world: inout World, _ talk: TurnHarness, at time: Int, using generator: inout SeededGenerator)
        -> TurnEvent
    {
        let text = Self.words.randomElement(using: &generator) ?? ""
        let old = Int.random(in: 0...max(1, talk.generation), using: &generator)
        switch Int.random(in: 0..<30, using: &generator) {
        case 0...3:
            return .voiceStarted(
                at: time - Int.random(in: 0...100, using: &generator), isLikeEcho: Bool.random(using: &generator))
        case 4 where Bool.random(using: &generator): return .voiceChanged(isLikeEcho: Bool.random(using: &generator))
        case 4...7: return .voiceEnded(at: time - Int.random(in: 0...400, using: &generator))
        case 8...10: return .partial(hearing: talk.hearing, text: text)
        case 11...14:
            return .transcript(hearing: world.asked.randomElement(using: &generator) ?? talk.hearing, text: text)
        case 15...17: return .prepared(generation: world.preparing.randomElement(using: &generator) ?? old)
        case 18, 19:
            let generation = world.sent.randomElement(using: &generator) ?? old
            if world.sent.contains(generation) { world.playing.insert(generation) }
            return .playbackStarted(generation: generation)
        case 20: return .playbackMoved(generation: talk.generation, heard: 100)
        case 21, 22:
            let generation = world.playing.randomElement(using: &generator) ?? old
            world.playing.remove(generation)
            world.sent.remove(generation)
            return .playbackFinished(generation: generation)
        case 23:
            return .saying(
                generation: talk.generation, text: "Once upon a time a king lived", isWhole: Bool.random(using: &generator))
        case 24:
            return [.replyFailed(generation: old), .hearingFailed(hearing: talk.hearing)].randomElement(using: &generator)
                ?? .tick
        case 25: return .announce(id: "tea")
        case 26: return [.buttonDown, .buttonUp, .addressed, .stopWord].randomElement(using: &generator) ?? .tick
        case 27: return .muted(Bool.random(using: &generator))
        case 28: return .microphone(isThere: Bool.random(using: &generator))
        default: return .loudspeaker(isThere: Int.random(in: 0..<4, using: &generator) > 0)
        }
    }

    @Test("whatever happens: nothing gets stuck, nothing said is lost, nothing old is heard, and it can be played again")
    func random() throws {
        var seen: Set<String> = []
        for seed in 0..<1500 {
            var generator = SeededGenerator(seed: UInt64(seed))
            // Half of them with so little patience for re-hearing that utterances are heard piece by piece.
            var talk = TurnHarness(mode: TurnMode.allCases[seed % 3]) { if seed % 2 == 1 { $0.preemptive = 1500 } }
            var world = World()
            var time = 0
            for _ in 0..<200 {
                time += Int.random(in: 0...600, using: &generator)
                let before = talk.log.entries.count
                talk.wait(until: time)
                talk.log.entries[before...].forEach { world.see($0.effects) }
                let event = event(&world, talk, at: time, using: &generator)
                talk.tell(event, at: time)
                world.see(talk.log.entries.last?.effects ?? [])
                let wasSent = world.sent
                if let generation = talk.engine.generation, !wasSent.isEmpty, !wasSent.contains(generation),
                    !world.preparing.contains(generation)
                {
                    world.mistakes.append("the engine says \(generation), the world \(wasSent)")
                }
                try #require(world.mistakes.isEmpty, "seed \(seed) at \(time) after \(event): \(world.mistakes)")
            }
            // Everything falls silent, the devices are there, and nobody asks for more.
            talk.tell(.muted(false), at: time)
            talk.tell(.microphone(isThere: true), at: time)
            talk.tell(.loudspeaker(isThere: true), at: time)
            talk.tell(.buttonUp, at: time)
            talk.tell(.voiceEnded(at: time), at: time)
            for _ in 0..<40 {
                time += 10_000
                talk.wait(until: time)
            }
            #expect(talk.phase == talk.engine.settings.mode.rest, "seed \(seed) ends in \(talk.phase)")
            var phase = TurnPhase.idle
            for case .phase(let next) in talk.log.entries.flatMap(\.effects) {
                seen.insert("\(phase) \(next)")
                phase = next
            }
            let replayed = talk.log.replay()
            #expect(replayed.isEmpty, "seed \(seed): \(replayed.first.map(String.init(describing:)) ?? "")")
        }
        // The conversations went nearly everywhere.
        let possible = TurnPhase.transitions.reduce(0) { $0 + $1.value.count }
        #expect(seen.count >= possible - 2, "\(seen.count) of \(possible): \(seen.sorted())")
    }

    @Test("a log read back from its lines is the same log; a broken line is named, an unfinished last one left out")
    func lines() throws {
        var talk = TurnHarness()
        talk.answer("The sea is wide", to: "Tell me \"all\" about\nthe sea. میری", heardFrom: 10_000)
        talk.tell(.announce(id: "tea"), at: 10_100)
        let lines = [try TurnLog.line(of: talk.log.start)] + (try talk.log.entries.map(TurnLog.line(of:)))
        #expect(lines.allSatisfy { !$0.contains("\n") })
        let text = lines.joined(separator: "\n") + "\n"
        let read = try TurnLog(lines: text)
        #expect(read == talk.log)
        #expect(read.replay().isEmpty)
        let cut = try TurnLog(lines: String(text.dropLast(10)))
        #expect(cut.entries == Array(talk.log.entries.dropLast()))
        #expect(throws: TurnLog.ReadError.self) { try TurnLog(lines: lines[0] + "\n{}\n") }
        // A different decision is found.
        var changed = talk.log
        changed.entries[3].effects.append(.cue)
        #expect(changed.replay().count == 1)
    }
}
