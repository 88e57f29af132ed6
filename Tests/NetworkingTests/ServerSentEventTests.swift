import Foundation
import TestSupport
import Testing

@testable import Networking

@Suite struct ServerSentEventTests {
    private func events(_ text: String) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser()
        return try parser.add(Data(text.utf8))
    }

    @Test("events have names, lines of data and comments, with any kind of line end")
    func reading() throws {
        #expect(try events("data: one\n\n") == [ServerSentEvent(data: "one")])
        #expect(try events("data:one\r\ndata: two\r\n\r\n") == [ServerSentEvent(data: "one\ntwo")])
        #expect(try events(": ping\n\nevent: end\rdata: x\r\r") == [ServerSentEvent(name: "end", data: "x")])
        #expect(try events("event: nothing\n\ndata: 1\n\n") == [ServerSentEvent(data: "1")])
        #expect(try events("\u{FEFF}data: ا\n\n") == [ServerSentEvent(data: "ا")])
        #expect(try events("data\n\n") == [ServerSentEvent(data: "")])
        #expect(try events("data: not over").isEmpty)
    }

    @Test("however the network cuts the stream, the events are the same", arguments: 0..<20)
    func cuts(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let text = "data: {\"a\": \"سلام\"}\n\r\ndata: two\r\ndata: lines\r\n\r\n: note\nevent: end\ndata: [DONE]\n\n"
        let whole = try events(text)
        var parser = ServerSentEventParser()
        var rest = Data(text.utf8)[...]
        var found: [ServerSentEvent] = []
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...7, using: &generator))
            found += try parser.add(Data(piece))
            rest = rest.dropFirst(piece.count)
        }
        #expect(found == whole)
    }

    @Test("a line that does not end is given up")
    func endlessLine() throws {
        var parser = ServerSentEventParser()
        #expect(throws: ServerSentEventParser.Problem.self) {
            for _ in 0..<20 { _ = try parser.add(Data(repeating: 0x61, count: 100_000)) }
        }
    }
}
