import Networking
import SyncEngine
import Testing

@Suite struct RemoteErrorTests {
    private func error(_ status: Int, _ code: String?) -> RemoteError {
        let body = code.map { #"{"code":"\#($0)","message":"m","details":null,"hint":null}"# } ?? "<html>"
        return RemoteError(status: status, body: body, retryAfter: .seconds(7))
    }

    @Test("each refusal is named after what can be done about it")
    func classification() {
        #expect(error(401, "PGRST301") == .unauthorized("m"))
        #expect(error(401, "PGRST303") == .unauthorized("m"))
        #expect(error(401, nil) == .unauthorized("status 401"))
        #expect(error(403, "42501") == .forbidden("m"))
        #expect(error(403, nil) == .forbidden("status 403"))
        #expect(error(404, "PGRST202") == .notMigrated("m"))
        #expect(error(413, nil) == .tooLarge("status 413"))
        #expect(error(400, "54000") == .tooLarge("m"))
        #expect(error(500, "57014") == .tooLarge("m"))
        #expect(error(429, nil) == .tooManyRequests(retryAfter: .seconds(7)))
        #expect(error(500, "55P03") == .busy("m"))
        #expect(error(500, "40P01") == .busy("m"))
        #expect(error(409, "23505") == .poison(code: "23505", message: "m"))
        #expect(error(400, "22P02") == .poison(code: "22P02", message: "m"))
        #expect(error(503, nil) == .server(status: 503, message: "status 503", retryAfter: .seconds(7)))
        #expect(error(302, nil) == .notTheService("status 302"))
    }

    @Test("a broken transfer is named after what can be done about it, and every message advises")
    func transfers() {
        #expect(RemoteError(HTTPError.interrupted("cut")) == .interrupted("The connection broke: cut"))
        guard case .offline = RemoteError(HTTPError.unresolved(host: "x")),
            case .untrusted = RemoteError(HTTPError.untrusted("x")),
            case .notTheService = RemoteError(HTTPError.notTheService("x")), case .malformed = RemoteError(WireError("x"))
        else {
            Issue.record("a transfer error is taken for another")
            return
        }
        let all: [RemoteError] = [
            .offline("x"), .interrupted("x"), .notTheService("x"), .untrusted("x"), .unauthorized("x"), .forbidden("x"),
            .signedOut("x"), .tooLarge("x"), .tooManyRequests(retryAfter: nil), .busy("x"),
            .server(status: 500, message: "x", retryAfter: nil), .notMigrated("x"), .poison(code: "23514", message: "x"),
            .malformed("x"),
        ]
        #expect(Set(all.map(\.description)).count == all.count)
        // What happens by itself, or what somebody can do.
        let advice = ["again", "repeated", "sent in", "asked for", "log in", "login", "Check", "Apply", "put aside"]
        for error in all { #expect(advice.contains { error.description.contains($0) }, "\(error.description)") }
    }
}
