import CompanionServices
import Synchronization
import Testing

@testable import companion_edge

/// What front ends are told of what is said.
@Suite struct RoomCaptionsTests {
    private final class Numbers: Sendable {
        private let last = Mutex(0)

        func next() -> String {
            last.withLock {
                $0 += 1
                return "SG_\($0)"
            }
        }
    }

    private func captions(_ news: VoiceNews...) -> [RoomCaptions.Caption] {
        let numbers = Numbers()
        var captions = RoomCaptions { numbers.next() }
        return news.flatMap { captions.note($0) }
    }

    @Test("what the companion says is told in pieces as it is heard, and the pieces are the whole")
    func own() {
        #expect(
            captions(.speaking(heard: "Hello,"), .speaking(heard: "Hello, Amina."), .spoken("Hello, Amina. Nice."))
                == [
                    .begin(segment: "SG_1"), .more("Hello,"), .more(" Amina."), .more(" Nice."), .end(segment: "SG_1"),
                ])
        #expect(captions(.spoken("Yes.")) == [.begin(segment: "SG_1"), .more("Yes."), .end(segment: "SG_1")])
    }

    @Test("interrupted, it ends at what was heard; of what nobody heard nothing is told")
    func interrupted() {
        #expect(
            captions(.speaking(heard: "One two"), .interrupted(heard: "One two three"), .spoken("Again."))
                == [
                    .begin(segment: "SG_1"), .more("One two"), .more(" three"), .end(segment: "SG_1"), .begin(segment: "SG_2"),
                    .more("Again."), .end(segment: "SG_2"),
                ])
        #expect(captions(.interrupted(heard: "")).isEmpty)
    }

    @Test("where it goes on a little before it stood still, nothing is told twice")
    func resumed() {
        #expect(
            captions(.speaking(heard: "One two three"), .resumed, .speaking(heard: "One two"), .spoken("One two three four."))
                == [.begin(segment: "SG_1"), .more("One two three"), .more(" four."), .end(segment: "SG_1")])
    }

    @Test("what the person says is told whole each time, in one segment until it is final, also when it gets no answer")
    func person() {
        #expect(
            captions(
                .partial(""), .partial("My sister"), .partial("My sister lives"), .said("My sister lives here."), .said("Yes."))
                == [
                    .person(segment: "SG_1", text: "My sister", isFinal: false),
                    .person(segment: "SG_1", text: "My sister lives", isFinal: false),
                    .person(segment: "SG_1", text: "My sister lives here.", isFinal: true),
                    .person(segment: "SG_2", text: "Yes.", isFinal: true),
                ])
        #expect(captions(.refused("hmm", .backChannel)).isEmpty)
        #expect(
            captions(.partial("hm"), .refused("hmm", .backChannel)).last == .person(segment: "SG_1", text: "hmm", isFinal: true))
    }

    @Test("the state is one of three words, and never told twice in a row")
    func state() {
        var state = RoomState()
        let phases: [TurnPhase] = [
            .idle, .listening, .capturing, .endpointing, .thinking, .speaking, .paused, .speaking, .followUp, .listening,
            .thinking,
        ]
        #expect(phases.compactMap { state.note($0) } == ["listening", "thinking", "speaking", "listening", "thinking"])
        #expect(RoomCaptions.randomSegment().count == 15)
    }
}
