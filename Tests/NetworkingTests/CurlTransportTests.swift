import Foundation
import Networking
import TestSupport
import Testing

@Suite struct CurlTransportTests {
    let peer: PeerProcess
    let transport: CurlTransport

    init() async throws {
        peer = try await PeerProcess("web_peer.py")
        transport = try CurlTransport()
    }

    private func url(_ path: String) -> String { "http://127.0.0.1:\(peer.port)\(path)" }

    private func echo(_ request: HTTPRequest) async throws -> [String: Any] {
        let response = try await transport.send(request)
        return try #require(try JSONSerialization.jsonObject(with: response.json()) as? [String: Any])
    }

    @Test("method, headers and body arrive as given", arguments: [HTTPMethod.get, .post, .put, .patch, .delete])
    func arrivesAsGiven(method: HTTPMethod) async throws {
        let body = method == .get || method == .delete ? nil : Data("سلام".utf8)
        let seen = try await echo(
            HTTPRequest(method, url("/echo"), headers: [HTTPHeader("X-Test", "a, b"), HTTPHeader("X-Empty", "")], body: body))
        #expect(seen["method"] as? String == method.rawValue)
        #expect(seen["body"] as? String == (body == nil ? "" : "سلام"))
        let headers = try #require(seen["headers"] as? [String: String])
        #expect(headers["x-test"] == "a, b")
        #expect(headers["x-empty"] == "")
    }

    @Test("repeated headers are kept, and found whatever their case")
    func headers() async throws {
        let response = try await transport.send(HTTPRequest(.get, url("/echo")))
        #expect(response.head["x-ONE"] == "first")
        #expect(response.head.headers.filter { $0.name == "X-One" }.map(\.value) == ["first", "second"])
    }

    @Test("a connection is used again")
    func reuse() async throws {
        for _ in 0..<20 {
            _ = try await transport.send(HTTPRequest(.get, url("/echo")))
        }
        #expect(transport.counters.connectionsOpened == 1)
        #expect(transport.counters.requests == 20)
        #expect(transport.counters.connectionsReused == 19)
        #expect(try await echo(HTTPRequest(.get, url("/echo")))["connections"] as? Int == 1)
    }

    @Test("many at once open no more connections than there are places")
    func manyAtOnce() async throws {
        let transport = transport
        let address = url("/echo")
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask { try await transport.send(HTTPRequest(.get, address)).status }
            }
            for try await status in group {
                #expect(status == 200)
            }
        }
        #expect(transport.counters.connectionsOpened <= 8)
    }

    @Test("a body above the limit is refused before it is kept")
    func bodyLimit() async throws {
        await #expect(throws: HTTPError.bodyTooLarge(limit: 1000)) {
            try await transport.send(HTTPRequest(.get, url("/bytes/2000000"), bodyLimit: 1000))
        }
    }

    @Test("silence ends in a time-out that names the server", arguments: ["/silent", "/drip"])
    func timeout(path: String) async throws {
        await #expect(throws: HTTPError.timedOut("127.0.0.1")) {
            try await transport.send(HTTPRequest(.get, url(path), totalTimeout: .milliseconds(150)))
        }
    }

    @Test("what is wrong is told apart")
    func errors() async throws {
        await #expect(throws: HTTPError.unresolved(host: "no-such-host.invalid")) {
            try await transport.send(HTTPRequest(.get, "http://no-such-host.invalid/"))
        }
        for address in ["", "ftp://127.0.0.1/", "http://", "file:///etc/passwd", "http:// /"] {
            let error = await #expect(throws: HTTPError.self) { try await transport.send(HTTPRequest(.get, address)) }
            #expect(error?.isTransient == false)
        }
        await #expect(throws: HTTPError.self) {
            try await transport.send(HTTPRequest(.get, url("/echo"), headers: [HTTPHeader("X", "a\r\nInjected: yes")]))
        }
        let refused = await #expect(throws: HTTPError.self) { try await transport.send(HTTPRequest(.get, "http://127.0.0.1:1/")) }
        #expect(refused?.isTransient == true)
    }

    @Test("an answer cut in the middle is an error, not a short answer")
    func cut() async throws {
        let error = await #expect(throws: HTTPError.self) { try await transport.send(HTTPRequest(.get, url("/cut"))) }
        guard case .interrupted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "half and doubled JSON, a login page and a redirect to one are not taken for the service",
        arguments: ["/half-json", "/double-json", "/portal", "/redirect"])
    func notTheService(path: String) async throws {
        let response = try await transport.send(HTTPRequest(.get, url(path)))
        #expect(throws: HTTPError.self) { try response.json() }
    }

    @Test("cancelling ends the wait and the transfer", .timeLimit(.minutes(20)))
    func cancellation() async throws {
        let transport = transport
        let address = url("/silent")
        let task = Task { try await transport.send(HTTPRequest(.get, address, totalTimeout: nil, idleTimeout: .seconds(600))) }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(try await transport.send(HTTPRequest(.get, url("/echo"))).status == 200)
    }

    @Test("a stream gives its pieces in order and ends")
    func stream() async throws {
        let response = try await transport.stream(HTTPRequest(.get, url("/pieces"), totalTimeout: nil))
        #expect(response.head.contentType == "text/event-stream")
        var text = ""
        for try await piece in response.body { text += String(decoding: piece, as: UTF8.self) }
        #expect(text == (0..<5).map { "data: \($0)\n\n" }.joined())
    }

    @Test("a slow reader of a large body gets all of it")
    func backPressure() async throws {
        let response = try await transport.stream(
            HTTPRequest(.get, url("/bytes/20000000"), totalTimeout: nil, bodyLimit: 1 << 30))
        var count = 0
        for try await piece in response.body {
            count += piece.count
            await Task.yield()
        }
        #expect(count == 20_000_000)
    }

    @Test("leaving a stream early ends its transfer", .timeLimit(.minutes(20)))
    func abandonment() async throws {
        do {
            let response = try await transport.stream(
                HTTPRequest(.get, url("/bytes/200000000"), totalTimeout: nil, bodyLimit: 1 << 30))
            for try await _ in response.body { break }
        }
        while transport.counters.requests < 1 { await Task.yield() }
        #expect(transport.counters.bytesReceived < 100_000_000)
    }

    @Test("the server's wish to be left alone is read, as seconds and as a date")
    func retryAfter() async throws {
        let response = try await transport.send(HTTPRequest(.get, url("/busy")))
        #expect(response.head.retryAfter(now: Date()) == .seconds(7))
        let date = HTTPHead(status: 503, headers: [HTTPHeader("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")])
        let now = try #require(ISO8601DateFormatter().date(from: "2026-10-21T07:27:30Z"))
        #expect(date.retryAfter(now: now) == .seconds(30))
        #expect(HTTPHead(status: 503, headers: [HTTPHeader("Retry-After", "soon")]).retryAfter(now: now) == nil)
    }
}

@Suite struct RetryPolicyTests {
    @Test("waits stay between nothing and the ceiling, which doubles up to the cap")
    func bounds() {
        var generator = SystemRandomNumberGenerator()
        let policy = RetryPolicy(base: .milliseconds(500), cap: .seconds(300))
        for failures in 1...40 {
            let ceiling = min(300_000, 500 * Int(pow(2, Double(min(failures, 20) - 1))))
            for _ in 0..<50 {
                let delay = policy.delay(failures: failures, using: &generator)
                #expect(delay >= .zero && delay <= .milliseconds(ceiling))
            }
        }
    }

    @Test("never sooner than asked, unless the server asks for the absurd")
    func obeys() {
        var generator = SystemRandomNumberGenerator()
        let policy = RetryPolicy()
        #expect(policy.delay(failures: 1, retryAfter: .seconds(30), using: &generator) >= .seconds(30))
        #expect(policy.delay(failures: 1, retryAfter: .seconds(1_000_000), using: &generator) <= .seconds(3605))
    }
}
