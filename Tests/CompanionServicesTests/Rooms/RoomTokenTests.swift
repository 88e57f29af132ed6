import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// What is said of a token before a server sees it.
@Suite struct RoomTokenTests {
    private static let now = ManualWallClock().now()
    private static let seconds = now.milliseconds / 1000

    private func token(_ change: (inout [String: JSONValue]) -> Void) -> String {
        var claims: [String: JSONValue] = [
            "sub": "companion", "exp": .int(Self.seconds + 3600), "kind": "agent",
            "video": ["roomJoin": true, "room": "home", "canUpdateOwnMetadata": true],
        ]
        change(&claims)
        return JSONWebToken.signed(claims) { Digest.hmacSHA256($0, key: Data("secret".utf8)) }
    }

    private func token(grants: [String: JSONValue]) -> String {
        token { claims in
            let video = (claims["video"]?.objectValue ?? [:]).merging(grants) { $1 }
            claims["video"] = .object(video.filter { $0.value != .null })
        }
    }

    private func refusal(of text: String) -> RoomError? {
        do throws(RoomError) {
            _ = try RoomToken(text, now: Self.now)
            return nil
        } catch {
            return error
        }
    }

    @Test("a token for an agent is read, and nothing is missing; what is not forbidden is permitted, as servers have it")
    func whole() throws {
        let token = try RoomToken(" \(token { _ in })\n", now: Self.now)
        #expect(token.identity == "companion" && token.room == "home" && token.shortcomings.isEmpty)
        #expect(token.holds(at: Self.now, for: 3599) && !token.holds(at: Self.now, for: 3601))
        #expect("\(token.secret)" == "***")
    }

    @Test(
        "a grant that is missing is named, with what does not work without it",
        arguments: [
            (["roomJoin": .null], "roomJoin"), (["roomJoin": false], "roomJoin"), (["room": ""], "room"),
            (["canPublish": false], "canPublish"), (["canSubscribe": false], "canSubscribe"),
            (["canPublishData": false], "canPublishData"),
        ] as [([String: JSONValue], String)])
    func grants(grants: [String: JSONValue], name: String) throws {
        let error = try #require(refusal(of: token(grants: grants)))
        guard case .missingGrant(name, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.contains("'\(name)'") && error.advice.contains("\"\(name)\""))
    }

    @Test("without the rest of an agent's grants the companion talks, and says what will not be seen")
    func shortcomings() throws {
        let plain = try RoomToken(
            token {
                $0["kind"] = nil
                $0["video"] = ["roomJoin": true, "room": "home"]
            }, now: Self.now)
        #expect(plain.shortcomings.count == 2)
        #expect(plain.shortcomings[0].contains("canUpdateOwnMetadata") && plain.shortcomings[1].contains("agent"))
        #expect(try RoomToken(token(grants: ["agent": true]), now: Self.now).shortcomings.isEmpty)
    }

    @Test("a token that is over, or does not hold yet, says when; one without an end holds for ever")
    func times() throws {
        let over = Timestamp(milliseconds: (Self.seconds - 1) * 1000)
        #expect(refusal(of: token { $0["exp"] = .int(Self.seconds - 1) }) == .expired(over))
        let later = Timestamp(milliseconds: (Self.seconds + 600) * 1000)
        #expect(refusal(of: token { $0["nbf"] = .int(Self.seconds + 600) }) == .notYetValid(later))
        #expect(refusal(of: token { $0["nbf"] = .int(Self.seconds + 30) }) == nil)
        let endless = try RoomToken(token { $0["exp"] = nil }, now: Self.now)
        #expect(endless.holds(at: Self.now, for: 1e9))
    }

    @Test(
        "what is no token is told from one that is refused",
        arguments: [
            "", "  ", "hello", "eyJhbGciOiJIUzI1NiJ9.e30", "a.b.c", "..", "eyJ.eyJ.eyJ", String(repeating: "a.", count: 9000),
        ])
    func malformed(text: String) throws {
        guard case .badToken = try #require(refusal(of: text)) else {
            Issue.record("\(text.prefix(40)) is taken for a token")
            return
        }
    }

    @Test(
        "claims of the wrong kind are refused, whatever they are",
        arguments: [
            ("sub", .null), ("sub", 5), ("exp", "soon"), ("exp", -5), ("exp", .double(1e300)), ("nbf", .array([])),
        ] as [(String, JSONValue)])
    func wrongKinds(name: String, value: JSONValue) throws {
        guard case .badToken = try #require(refusal(of: token { $0[name] = value })) else {
            Issue.record("\(name) \(value.text) is taken")
            return
        }
    }

    @Test("servers are named by any of four schemes; without encryption only those at home, unless that is allowed")
    func addresses() throws {
        #expect(try RoomAddress("https://example.livekit.cloud", allowsPlain: false).text == "wss://example.livekit.cloud")
        #expect(try RoomAddress(" ws://127.0.0.1:7880\n", allowsPlain: false).text == "ws://127.0.0.1:7880")
        #expect(try RoomAddress("http://livekit.local/rooms", allowsPlain: false).text == "ws://livekit.local/rooms")
        #expect(throws: RoomError.plainAddress(host: "example.org")) { try RoomAddress("ws://example.org", allowsPlain: false) }
        #expect(try RoomAddress("ws://example.org", allowsPlain: true).text == "ws://example.org")
        for text in ["", "example.org", "ftp://example.org", "wss://", "wss:/x", "wss://u:p@h", "wss://h?x=1", "wss://[::1"] {
            do throws(RoomError) {
                _ = try RoomAddress(text, allowsPlain: true)
                Issue.record("\(text) is taken")
            } catch {
                guard case .badAddress = error else {
                    Issue.record("\(text): \(error)")
                    continue
                }
            }
        }
    }
}
