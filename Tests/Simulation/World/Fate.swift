import TestSupport

/// What the network makes of one request and its answer. Times are milliseconds after the request left.
struct Fate: Sendable, Hashable {
    enum Answer: Sendable, Hashable {
        /// The whole answer arrives.
        case whole
        /// The exchange breaks off.
        case none
        /// Only the first part arrives, in thousandths.
        case cut(Int)
        /// Something in between answers instead, with this status and body; nothing reached the server.
        case instead(status: Int, body: String, retryAfter: Int?)
        /// A page of HTML with status 200.
        case loginPage
    }

    /// When the request gets to the server; more than once if something on the way repeats it, or not at all.
    var arrivals: [Int64]
    var answer: Answer
    /// When the device knows.
    var known: Int64

    /// After this the device gives up waiting.
    static let patience: Int64 = 20_000

    static func draw(_ troubles: Set<Trouble>, using random: inout SeededGenerator) -> Fate {
        func has(_ trouble: Trouble) -> Bool {
            // Always drawn, so that taking a trouble away leaves the others' chances alone.
            let hit = Int.random(in: 0..<10, using: &random) == 0
            return hit && troubles.contains(trouble)
        }
        let isSlow = has(.slowness)
        let up = Int64.random(in: 5...(isSlow ? 8000 : 120), using: &random)
        let down = Int64.random(in: 5...(isSlow ? 8000 : 120), using: &random)
        var fate = Fate(arrivals: [up], answer: .whole, known: up + down)
        if has(.lateRequests) { fate.arrivals.append(up + Int64.random(in: 1...60_000, using: &random)) }
        if has(.lostAnswers) { (fate.answer, fate.known) = (.none, patience) }
        if has(.cutAnswers) { fate.answer = .cut(Int.random(in: 0..<1000, using: &random)) }
        if has(.lostRequests) { fate = Fate(arrivals: [], answer: .none, known: patience) }
        for trouble in Trouble.substitutes where has(trouble) {
            fate = Fate(arrivals: [], answer: trouble.substitute, known: up + down)
        }
        return fate
    }

    static let unreachable = Fate(arrivals: [], answer: .none, known: 50)
}

extension Trouble {
    /// Troubles in which somebody answers in the server's place, or the server refuses to work.
    static let substitutes: [Trouble] = [
        .loginPages, .expiredTokens, .tooLarge, .tooMany, .outages, .statementTimeouts, .lockedRows,
    ]

    fileprivate var substitute: Fate.Answer {
        func error(_ status: Int, _ code: String, _ message: String, retryAfter: Int? = nil) -> Fate.Answer {
            .instead(
                status: status, body: #"{"code":"\#(code)","message":"\#(message)","details":null,"hint":null}"#,
                retryAfter: retryAfter)
        }
        return switch self {
        case .loginPages: .loginPage
        case .expiredTokens: error(401, "PGRST301", "JWT expired")
        case .tooLarge: .instead(status: 413, body: "Request Entity Too Large", retryAfter: nil)
        case .tooMany: .instead(status: 429, body: "slow down", retryAfter: 7)
        case .statementTimeouts: error(500, "57014", "canceling statement due to statement timeout")
        case .lockedRows: error(500, "55P03", "canceling statement due to lock timeout")
        default: .instead(status: 503, body: "<html>upstream</html>", retryAfter: nil)
        }
    }
}
