import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ThoughtFilterTests {
    private func answer(_ text: String, pieces: Int) -> String {
        var filter = ThoughtFilter()
        var passed = ""
        var rest = text[...]
        while !rest.isEmpty {
            passed += filter.add(String(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        return passed + filter.finish()
    }

    @Test("what a model thinks aloud before it answers is left out, however it comes in pieces", arguments: 1...9)
    func thoughts(pieces: Int) {
        #expect(answer("<think>\nThey said <hello>. I greet.\n</think>\n\nHello!", pieces: pieces) == "\n\nHello!")
        #expect(answer("\n<thinking>Hm.</thinking>Yes.", pieces: pieces) == "Yes.")
        #expect(answer("<think>it goes on and on", pieces: pieces) == "")
        #expect(answer("<think></think>Yes.", pieces: pieces) == "Yes.")
    }

    @Test("everything else passes as it is", arguments: 1...9)
    func others(pieces: Int) {
        for text in ["Hello!", "<b>no thought</b>", " <th", "", "I <think> so.", "<", "1 < 2"] {
            #expect(answer(text, pieces: pieces) == text)
        }
    }
}
