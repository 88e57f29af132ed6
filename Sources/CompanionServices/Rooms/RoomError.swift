import LocalStore
import Networking

/// Why a room cannot be entered, and what to do.
package enum RoomError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text is no address of a LiveKit server.
    case badAddress(String)
    /// No address was given at all.
    case noAddress
    /// Sound and words would leave the home's network as they are.
    case plainAddress(host: String)
    /// No token was given, nor anything to get one by.
    case noToken
    /// A token has to be made or asked for, and nobody said for which room.
    case noRoom
    /// The text is no token; why.
    case badToken(String)
    /// When the token ended.
    case expired(Timestamp)
    /// When the token begins to hold.
    case notYetValid(Timestamp)
    /// The token does not permit what has to be done: the grant's name, and what for.
    case missingGrant(String, why: String)
    /// The token is for another room than the one that was asked for.
    case otherRoom(asked: String, token: String)
    case serviceUnreachable(HTTPError)
    /// The token endpoint refused, with this status.
    case serviceRefused(status: Int)
    /// The token endpoint answered something else than a token.
    case serviceAnswer(String)
    /// LiveKit's library is not installed, or is another version; which.
    case noLibrary(reason: String)
    /// LiveKit's library is not what was installed; what differs.
    case damagedLibrary(reason: String)

    package var description: String {
        switch self {
        case .badAddress(let text): "'\(text)' is no address of a LiveKit server."
        case .noAddress: "It is not known where the LiveKit server is."
        case .plainAddress(let host):
            "\(host) is outside the home's network, and nothing would be encrypted on the way there: what people say could be heard."
        case .noToken: "There is no token for a room, and nothing to get one by."
        case .noRoom: "It is not known which room to enter."
        case .badToken(let reason): "This is no token for a room: \(reason)."
        case .expired(let moment): "The token ended on \(moment.iso8601)."
        case .notYetValid(let moment): "The token holds only from \(moment.iso8601) on."
        case .missingGrant(let name, let why): "The token lacks the grant '\(name)', so that \(why)."
        case .otherRoom(let asked, let token): "The token is for the room '\(token)', not for '\(asked)'."
        case .serviceUnreachable(let error): "No token could be asked for. \(error)"
        case .serviceRefused(let status): "The token service refused to give a token (status \(status))."
        case .serviceAnswer(let reason): "The token service gave no token: \(reason)."
        case .noLibrary(let reason), .damagedLibrary(let reason): "No room can be entered: \(reason)."
        }
    }

    package var advice: String {
        switch self {
        case .badAddress: "Write wss://host, or ws://host:port for a server at home."
        case .noAddress: "Give --url, or set LIVEKIT_URL."
        case .plainAddress: "Use wss://, or set COMPANION_ALLOW_PLAIN_HTTP=true if you are sure."
        case .noToken: "Give --token, or set LIVEKIT_TOKEN_URL, or LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
        case .noRoom: "Give --room, or set LIVEKIT_ROOM."
        case .badToken: "Tokens begin with eyJ and have three parts with points between them; was it copied whole?"
        case .expired: "Make a new one. If it should still hold, look at this device's clock."
        case .notYetValid: "Is this device's clock right?"
        case .missingGrant(let name, _): "Make one with \"\(name)\" in its grants."
        case .otherRoom: "Leave --room away, or make a token for that room."
        case .serviceUnreachable(let error): error.isTransient ? "Try again." : "Correct LIVEKIT_TOKEN_URL."
        case .serviceRefused: "Does it want to know who asks? Tokens for it are given by whoever runs it."
        case .serviceAnswer: "It should answer with JSON in which participant_token (or token) stands."
        case .noLibrary: "Install it: companion-edge models install \(ModelCatalogue.liveKit.name)"
        case .damagedLibrary: "Install it again: companion-edge models install --again \(ModelCatalogue.liveKit.name)"
        }
    }
}
