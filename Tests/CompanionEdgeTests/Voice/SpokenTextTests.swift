import CompanionServices
import Testing

@testable import AudioIO
@testable import companion_edge

@Suite struct SpokenTextTests {
    /// Words of equal length, each a tone of 300 ms, with these silences after them, in milliseconds.
    private func spoken(_ text: String, gaps: [Int]) -> (text: SpokenText, count: Int) {
        var spoken = SpokenText(text: text, rate: 16_000)
        var count = 0
        for gap in gaps {
            let sound = (0..<4_800).map { Int16($0 % 40 < 20 ? 8_000 : -8_000) } + [Int16](repeating: 0, count: gap * 16)
            // As a voice delivers it, in pieces of no particular size.
            for start in stride(from: 0, to: sound.count, by: 700) {
                spoken.add(Array(sound[start..<min(start + 700, sound.count)]))
            }
            count += sound.count
        }
        spoken.finish()
        return (spoken, count)
    }

    @Test("the words that were heard are those whose sound has passed")
    func words() {
        let (spoken, count) = spoken("alpha gamma delta omega", gaps: [0, 200, 0, 300])
        func heard(_ milliseconds: Int) -> String { spoken.words(heardBy: milliseconds * 16).joined(separator: " ") }
        #expect(heard(0) == "")
        #expect(heard(150) == "")
        #expect(heard(310) == "alpha")
        #expect(heard(700) == "alpha gamma")
        #expect(heard(890) == "alpha gamma")
        #expect(heard(1090) == "alpha gamma delta")
        #expect(spoken.words(heardBy: count).count == 4)
        // Never fewer as time goes on.
        var last = 0
        for frame in stride(from: 0, through: count, by: 160) {
            let words = spoken.words(heardBy: frame).count
            #expect(words >= last)
            last = words
        }
    }

    @Test("speech goes on from the last silence, and not from too far back")
    func resumption() {
        let (spoken, _) = spoken("alpha gamma delta omega", gaps: [0, 200, 0, 300])
        let reach = 1500 * 16
        // In the third word, whose stretch begins at 800 ms.
        #expect(abs(spoken.resumption(before: 1000 * 16, within: reach) - 800 * 16) <= 160)
        // In the silence, the stretch before it is said again.
        #expect(spoken.resumption(before: 700 * 16, within: reach) == 0)
        #expect(spoken.resumption(before: 0, within: reach) == 0)
        // A stretch that is longer than the reach is not said again whole.
        let (long, _) = self.spoken("one two three four five six seven eight", gaps: [Int](repeating: 0, count: 8))
        let place = long.resumption(before: 2300 * 16, within: reach)
        #expect(place >= 800 * 16 - 160 && place <= 2300 * 16)
    }

    @Test("a reply adds up its pieces, and nothing is heard of it by the sound of another")
    func reply() {
        var reply = SpokenReply(generation: 4)
        reply.pieces = [spoken("Good morning,", gaps: [0, 100]).text, spoken("the tea is", gaps: [0, 0, 100]).text]
        func heard(_ generation: Int, _ number: Int, _ milliseconds: Int) -> String {
            reply.words(
                heardBy: PlayedPosition(
                    item: PlaybackItemID(generation: generation, number: number), frame: milliseconds * 16, rate: 16_000))
        }
        #expect(heard(4, 0, 400) == "Good")
        #expect(heard(4, 1, 0) == "Good morning,")
        #expect(heard(4, 1, 2000) == "Good morning, the tea is")
        #expect(heard(3, 1, 2000) == "")
        #expect(heard(4, -1, 500) == "")
        #expect(reply.words(heardBy: nil) == "")
    }
}
