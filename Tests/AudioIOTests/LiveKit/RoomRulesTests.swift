import Foundation
import Testing

@testable import AudioIO

@Suite struct RoomRulesTests {
    @Test(
        "addresses of servers are taken",
        arguments: ["ws://localhost:7880", "wss://a.example", "https://a.example/x", "http://[::1]:1"])
    func address(text: String) throws {
        #expect(try RoomRules.url(text) == text)
    }

    @Test(
        "what is no address of a server is refused before anything is sent",
        arguments: ["", "a.example", "ftp://a.example", "wss://", "wss:///x", "wss://user:secret@a.example", "wss://a b"])
    func noAddress(text: String) {
        let error = #expect(throws: LiveKitError.self) { try RoomRules.url(text) }
        #expect(error?.code == .invalid)
    }

    @Test(
        "a token that would break out of its header is none",
        arguments: ["", "a b", "a\r\nX: y", "ä", String(repeating: "a", count: 70_000)])
    func token(text: String) {
        let error = #expect(throws: LiveKitError.self) { try RoomRules.token(text) }
        #expect(error?.code == .noToken)
    }

    @Test("a token says when it ends, and what is none says nothing")
    func tokenEnd() {
        // {"sub":"a","exp":1700000000}, then {"sub":"??>"} which needs the other two letters of base64url.
        let end = RoomRules.end(ofToken: "e30.eyJzdWIiOiJhIiwiZXhwIjoxNzAwMDAwMDAwfQ.x")
        #expect(end == Date(timeIntervalSince1970: 1_700_000_000))
        for text in ["e30.eyJzdWIiOiI_Pz4ifQ.x", "", "a.b", "a.!.c", "e30.eyJleHAiOiJ4In0.x", "e30.eyJleHAiOjB9.x"] {
            #expect(RoomRules.end(ofToken: text) == nil)
        }
    }

    @Test("a refused token is told apart from a server that is not there")
    func failures() {
        let refused = RoomRules.connectFailure("engine: signal failure: client error: 401 Unauthorized - invalid token")
        #expect(refused.code == .unauthorized && !refused.isPassing)
        let absent = RoomRules.connectFailure("engine: signal failure: Connection refused (os error 111)")
        #expect(absent.code == .unreachable && absent.isPassing)
    }

    @Test("no token is written into a message or the log")
    func secrets() {
        let line = "GET /rtc?access_token=eyJhbGciOi.eyJpc3Mi.c2ln-_x&sdk=rust (eyJh)"
        #expect(LiveKitLog.withoutTokens(line) == "GET /rtc?access_token=(token)&sdk=rust ((token))")
        #expect(!RoomRules.connectFailure(line).description.contains("eyJ"))
    }

    @Test("attributes and streams that no server takes are not sent")
    func sizes() {
        let big = ["a": String(repeating: "b", count: 70_000)]
        #expect(throws: LiveKitError.self) { try RoomRules.check(attributes: big) }
        #expect(throws: LiveKitError.self) { try RoomRules.check(RoomStreamOptions(topic: "t"), length: 20 << 20) }
        #expect(throws: Never.self) {
            try RoomRules.check(RoomStreamOptions(topic: "t", attributes: ["a": "b"]), length: 1 << 20)
        }
    }

    @Test("somebody who was put out does not come back, somebody whose server went away does")
    func ends() {
        for end in [RoomEnd.duplicateIdentity, .removed, .roomDeleted, .left] { #expect(end.isFinal) }
        for end in [RoomEnd.unknown, .serverShutdown, RoomEnd(rawValue: 99)] { #expect(!end.isFinal) }
    }
}
