import AudioIO
import LocalStore

/// What `status` tells of the rooms that the daemon is called into. `nil` where it is not.
struct RoomsReport: Encodable, Sendable {
    let state: String
    let since: Timestamp?
    let problem: String?
    let restarts: Int
    let registrations: Int
    let visits: Int
    let failedVisits: Int
    let declined: Int
    /// Connections to rooms that were made, and that LiveKit's library mended.
    let joins: Int
    let reconnects: Int
    /// Of 10 ms each.
    let framesSent: Int
    let framesHeard: Int
    let framesDropped: Int
    let framesLate: Int
    let messagesReceived: Int
    let messagesDropped: Int
    let callsAnswered: Int
    let callsRefused: Int
    /// What of LiveKit's library is held now; without a visit next to nothing.
    let handles: Int

    init?(_ board: RoomBoard) {
        let (status, counts) = (board.status, board.counts)
        guard status.state != .off else { return nil }
        state = status.state.rawValue
        (since, problem, restarts, registrations) = (status.since, status.problem, status.restarts, status.registrations)
        (visits, failedVisits, declined) = (status.visits, status.failedVisits, status.declined)
        (joins, reconnects) = (counts.joins, counts.reconnects)
        (framesSent, framesHeard) = (counts.framesSent, counts.framesHeard)
        (framesDropped, framesLate) = (counts.framesDropped + counts.framesRefused, counts.lateFrames)
        (messagesReceived, messagesDropped) = (counts.dataReceived, counts.dataDropped)
        (callsAnswered, callsRefused) = (counts.callsAnswered, counts.callsRefused)
        handles = board.liveHandles
    }

    func lines(moments: Moments) -> [String] {
        let state =
            switch self.state {
            case "waiting": "waiting to be called"
            case "visiting": "in a room"
            case "lost": "the server is away"
            default: self.state
            }
        var lines = ["\(state)\(since.map { " since \(moments.text($0))" } ?? "")"]
        if let problem { lines.append("the last problem: \(PrintableText.oneLine(problem)) (begun anew \(restarts) times)") }
        guard visits + declined > 0 else { return lines }
        lines.append(
            "\(visits.counted("visit")), \(failedVisits) failed, \(declined) declined; \(reconnects) reconnects, "
                + "\(framesHeard / 100) s heard, \(framesSent / 100) s said, \(framesDropped) frames lost")
        return lines
    }

    enum CodingKeys: String, CodingKey {
        case state, since, problem, restarts, registrations, visits, declined, joins, reconnects, handles
        case failedVisits = "visits_failed"
        case framesSent = "frames_sent"
        case framesHeard = "frames_heard"
        case framesDropped = "frames_dropped"
        case framesLate = "frames_late"
        case messagesReceived = "messages_received"
        case messagesDropped = "messages_dropped"
        case callsAnswered = "calls_answered"
        case callsRefused = "calls_refused"
    }
}
