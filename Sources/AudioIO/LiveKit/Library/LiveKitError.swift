/// Why a room cannot be joined or used, and what to do about it.
package struct LiveKitError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// No file at the library's path.
        case libraryMissing
        /// The file is no library for this machine, is damaged, or is another version than is known here.
        case libraryUnusable
        /// The library met a fault of its own. Nothing more can be done with it until the program is started again.
        case libraryFailed
        /// What was asked is outside what the library or the protocol allows; nothing was sent.
        case invalid
        /// More than one message may carry.
        case tooLarge
        /// No token could be had.
        case noToken
        /// The server refuses the token.
        case unauthorized
        /// No server answers, or the way to it does not carry sound.
        case unreachable
        /// Not in the room at the moment.
        case notConnected
        /// The room was left for good; the reason says why.
        case ended(RoomEnd)
        /// The library or the other side refused, in its own words.
        case refused
        /// No answer came in time.
        case timedOut
    }

    package let code: Code
    package let message: String
    package let advice: String?

    package init(_ code: Code, _ message: String, advice: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
    }

    package var description: String { advice.map { "\(message) \($0)" } ?? message }
}

/// Why a participant is no longer in the room: `DisconnectReason` of LiveKit's protocol, which may grow.
package struct RoomEnd: RawRepresentable, Sendable, Hashable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The connection was lost and could not be made again.
    package static let unknown = RoomEnd(rawValue: 0)
    /// Left on purpose.
    package static let left = RoomEnd(rawValue: 1)
    /// Somebody else joined with the same identity.
    package static let duplicateIdentity = RoomEnd(rawValue: 2)
    package static let serverShutdown = RoomEnd(rawValue: 3)
    /// Put out by somebody who may.
    package static let removed = RoomEnd(rawValue: 4)
    package static let roomDeleted = RoomEnd(rawValue: 5)
    package static let joinFailure = RoomEnd(rawValue: 7)
    package static let roomClosed = RoomEnd(rawValue: 10)

    /// Whether somebody decided that we are not to be in the room, so that coming back would be a quarrel.
    package var isFinal: Bool { [.left, .duplicateIdentity, .removed, .roomDeleted, .roomClosed].contains(self) }

    /// A few words for a person.
    var words: String {
        switch self {
        case .left: "the room was left"
        case .duplicateIdentity: "somebody joined with the same identity"
        case .serverShutdown: "the server shut down"
        case .removed: "this participant was removed"
        case .roomDeleted: "the room was deleted"
        case .joinFailure: "joining failed"
        case .roomClosed: "the room was closed"
        default: "the connection was lost"
        }
    }
}
