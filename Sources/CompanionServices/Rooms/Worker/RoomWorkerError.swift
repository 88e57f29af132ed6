import Networking

/// Why a LiveKit server does not call the companion, and what to do.
package enum RoomWorkerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server does not take the key; its words.
    case refused(String)
    /// There is a server, but none that calls workers; its words.
    case noWorkers(String)
    /// The server cannot be reached; why.
    case unreachable(String)
    /// The connection ended.
    case hungUp
    /// The server says nothing any more.
    case silent

    init(_ error: WebSocketError) {
        switch error {
        case .refused(let line) where line.contains(" 401") || line.contains(" 403"): self = .refused(line)
        case .refused(let line) where line.contains(" 404"): self = .noWorkers(line)
        case .closed, .violation, .refused, .transport: self = .unreachable("\(error)")
        }
    }

    /// Whether to try again makes no sense.
    package var isFinal: Bool {
        switch self {
        case .refused, .noWorkers: true
        case .unreachable, .hungUp, .silent: false
        }
    }

    package var description: String {
        switch self {
        case .refused(let line): "The LiveKit server refuses the key (\(line))."
        case .noWorkers(let line): "There is no LiveKit server that calls agents (\(line))."
        case .unreachable(let reason): "The LiveKit server cannot be reached: \(reason)"
        case .hungUp: "The LiveKit server ended the connection."
        case .silent: "The LiveKit server does not answer any more."
        }
    }

    package var advice: String {
        switch self {
        case .refused: "LIVEKIT_API_KEY and LIVEKIT_API_SECRET have to be those of this server; is this device's clock right?"
        case .noWorkers: "Is LIVEKIT_URL right? It is the server's address alone, without a path."
        case .unreachable, .hungUp, .silent: "It is tried again."
        }
    }
}
