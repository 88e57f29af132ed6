import Foundation
import LocalStore
import SyncEngine
import Testing

@Suite struct WireTests {
    static let epoch = "fa56b0a8-7d57-4a0c-9d0f-2f5d3c0c1d11"
    static let device = "0b6f6a52-6b39-4a3e-8a0e-0d5a9a1f7b01"

    let pull = PullRequest(since: 10, floor: 10, epoch: WireTests.epoch)
    let page = PullPage(
        epoch: WireTests.epoch, head: 13, to: 13, check: (1 << 52) - 1, live: 2, horizon: 4, now: 1_795_333_258_867,
        rows: [
            RemoteRow(
                table: "memory", rowKey: ["FACT", "pet"], sequence: 12, tag: 1_274_796_377_491_233,
                hlc: HybridTime(rawValue: 117_658_960_451_731_457), node: device,
                body: ["value": "cat", "count": .int(9_007_199_254_740_993)]),
            RemoteRow(
                table: "messages", rowKey: ["0190"], sequence: 13, tag: 0, hlc: HybridTime(rawValue: 5), node: "srv", body: nil),
        ])
    let operations = [
        OutgoingOperation(
            number: 7, id: "6a1f0a52-6b39-4a3e-8a0e-0d5a9a1f7b02", table: "memory", rowKey: ["FACT", "pet"], operation: "put",
            values: ["value": "cat"], base: 9, hlc: HybridTime(rawValue: 117_658_960_451_731_456)),
        OutgoingOperation(
            number: 8, id: "6a1f0a52-6b39-4a3e-8a0e-0d5a9a1f7b03", table: "memory", rowKey: ["FACT", "car"], operation: "del",
            values: nil, base: nil, hlc: HybridTime(rawValue: 117_658_960_451_731_458)),
    ]
    var push: PushRequest {
        PushRequest(device: Self.device, app: "1.0", acked: 6, operations: operations, pull: pull)
    }
    var answer: PushAnswer {
        .taken(
            PushAnswer.Taken(
                last: 8, clamped: true,
                results: [
                    OperationResult(
                        number: 7, id: operations[0].id, outcome: .lost, isReplay: true, lost: ["value": "cat"],
                        kept: ["value": "dog"]),
                    OperationResult(number: 8, id: operations[1].id, outcome: .rejected(code: "23505", message: "taken")),
                ], page: page))
    }

    @Test("what is written is read back, every bit of it")
    func roundTrip() throws {
        #expect(try PullPage(parsing: page.json.text, answering: pull) == page)
        #expect(try PushAnswer(parsing: answer.json.text, answering: push) == answer)
        for verdict in [
            PushAnswer.deviceRewound(last: 3), .serverRewound(last: 4), .otherHistory, .upgrade(minimum: 2, maximum: 3),
        ] {
            #expect(try PushAnswer(parsing: verdict.json.text, answering: push) == verdict)
        }
        let reject = RejectRequest(device: Self.device, operation: operations[0], code: "23514", message: "no", epoch: nil)
        for answer in [RejectAnswer.recorded(last: 7), .deviceRewound(last: 3), .serverRewound(last: 4), .otherHistory] {
            #expect(try RejectAnswer(parsing: answer.json.text, answering: reject) == answer)
        }
    }

    @Test("a request is these bytes and no others")
    func requestBytes() {
        let text = push.json.text
        #expect(text == push.text)
        var strange = push
        strange.app = "\"p_ops\":[\\ \u{1}"
        #expect(strange.text == strange.json.text)
        strange.operations = []
        #expect(strange.text == strange.json.text)
        #expect(
            text.contains(#"{"base":9,"h":"117658960451731456","id":"6a1f0a52-6b39-4a3e-8a0e-0d5a9a1f7b02","k":["FACT","pet"]"#))
        #expect(text.contains(#""p_acked":6,"p_app":"1.0","p_dev":"\#(Self.device)","p_epoch":"\#(Self.epoch)","p_floor":10"#))
        #expect(!(operations[1].json.objectValue?.keys.contains("v") ?? true))
        let first = PullRequest(since: 0, floor: nil, epoch: nil, limit: 500)
        #expect(first.json.text == #"{"p_epoch":null,"p_floor":null,"p_limit":500,"p_since":0}"#)
    }

    @Test("an answer cut at any byte, or doubled, is refused")
    func cutAnywhere() {
        let text = Array(answer.json.text.utf8)
        for length in 0..<text.count {
            let cut = String(decoding: text[..<length], as: UTF8.self)
            #expect(throws: WireError.self) { try PushAnswer(parsing: cut, answering: push) }
        }
        let whole = answer.json.text
        #expect(throws: WireError.self) { try PushAnswer(parsing: whole + whole, answering: push) }
        #expect(throws: WireError.self) { try PushAnswer(parsing: "<html>Log in</html>", answering: push) }
    }

    @Test(
        "a page whose parts do not agree is refused",
        arguments: [
            (#""to":13"#, #""to":12"#), (#""to":13}"#, #""to":14}"#), (#""more":false"#, #""more":true"#),
            (#""head":13"#, #""head":"13""#), (#""s":13"#, #""s":12"#), (#""s":12"#, #""s":10"#), (#""s":13,"#, #""s":14,"#),
            (#""chk":4503599627370495"#, #""chk":4503599627370496"#), (#""live":2"#, #""live":-1"#),
            (#""h":"5""#, #""h":5"#), (#""d":1"#, #""d":2"#), (#""d":1"#, #""d":1,"b":{}"#), (#""d":1,"#, ""),
            (#""reset":false"#, #""reset":true"#), (#""rows":["#, #""rows":[7,"#), (#""live":2"#, #""live":2.5"#),
            (#""k":["0190"]"#, #""k":[190]"#), (#""t":"messages""#, #""t":null"#),
            (#"["0190"],"n":"srv","s":13,"t":"messages""#, #"["FACT","pet"],"n":"srv","s":13,"t":"memory""#),
            (#""epoch":"fa56b0a8-7d57-4a0c-9d0f-2f5d3c0c1d11""#, #""epoch":null"#),
        ])
    func disagreement(original: String, broken: String) throws {
        let text = page.json.text
        try #require(text.contains(original), "\(original) is not in \(text)")
        #expect(throws: WireError.self) {
            try PullPage(parsing: text.replacingOccurrences(of: original, with: broken), answering: pull)
        }
    }

    @Test(
        "results that are not those of what was sent are refused",
        arguments: [
            (#""n":8"#, #""n":9"#), (#""r":"lost""#, #""r":"perhaps""#), (#""verdict":"ok""#, #""verdict":"maybe""#),
            ("6a1f0a52-6b39-4a3e-8a0e-0d5a9a1f7b03", "6a1f0a52-6b39-4a3e-8a0e-0d5a9a1f7b09"), (#""last":8"#, #""last":7"#),
            (#""code":"23505","#, ""), (#""lost":{"value":"cat"}"#, #""lost":[]"#), (#""dup":true"#, #""dup":1"#),
        ])
    func wrongResults(original: String, broken: String) throws {
        let text = answer.json.text
        try #require(text.contains(original), "\(original) is not in \(text)")
        #expect(throws: WireError.self) {
            try PushAnswer(parsing: text.replacingOccurrences(of: original, with: broken), answering: push)
        }
    }

    @Test("a field that a newer server adds does no harm")
    func newerServer() throws {
        let text = page.json.text.replacingOccurrences(of: #""reset":false"#, with: #""reset":false,"timeline":{"id":[3]}"#)
        #expect(try PullPage(parsing: text, answering: pull) == page)
    }

    @Test("a page that resets is empty")
    func reset() throws {
        let reset = PullPage(reset: true, epoch: Self.epoch, head: 5, to: 0, check: 0, live: 0, now: 1, rows: [])
        #expect(try PullPage(parsing: reset.json.text, answering: pull).reset)
    }

    @Test("the state of the account is read")
    func status() throws {
        let text = #"""
            {"proto":{"min":1,"max":2},"epoch":null,"head":0,"live":0,"now":5,"account":"active",
             "devices":[{"id":"\#(Self.device.uppercased())","seen":"2026-11-29T03:00:00.123456+00:00","last":4}]}
            """#
        let status = try ServerStatus(parsing: text)
        #expect(status.devices.first?.id == Self.device)
        #expect(status.devices.first?.seen == Timestamp(iso8601: "2026-11-29T03:00:00.123Z"))
        #expect(throws: WireError.self) {
            try ServerStatus(parsing: text.replacingOccurrences(of: #""max":2"#, with: #""max":0"#))
        }
    }
}
