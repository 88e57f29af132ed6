import LocalStore

/// What lets the companion into a room, whenever it has to enter it: where the server is, and a token that still holds.
package actor RoomPass {
    /// Where tokens come from.
    package enum Source: Sendable {
        case given(Secret<String>)
        case service(RoomTokenService)
        case minted(RoomMint)
    }

    /// What is asked for where the token is not given.
    package struct Wish: Sendable, Hashable {
        package var address: String?
        package var room: String?
        package var guest: RoomGuest
        /// Whether a server outside the home's network may be reached without encryption.
        package var allowsPlain = false

        package init(address: String? = nil, room: String? = nil, guest: RoomGuest, allowsPlain: Bool = false) {
            (self.address, self.room, self.guest, self.allowsPlain) = (address, room, guest, allowsPlain)
        }
    }

    /// How long a token made here holds. It is longer than a stay, because LiveKit's library shows it again whenever it makes a
    /// lost connection anew.
    static let lifetime = 6 * 3600.0
    /// A token that ends sooner is replaced before it is used, if there can be another one.
    static let margin = 120.0

    package struct Ticket: Sendable, Hashable {
        package let address: RoomAddress
        package let token: RoomToken
    }

    private let source: Source
    private let wish: Wish
    private let clock: any WallClock
    private var next: Ticket?

    package init(_ source: Source, _ wish: Wish, clock: any WallClock) {
        (self.source, self.wish, self.clock) = (source, wish, clock)
    }

    /// The ticket that ``take()`` will give, for those who want to know what is on it.
    package func look() async throws(RoomError) -> Ticket {
        let now = clock.now()
        if let next, next.token.holds(at: now, for: Self.margin) { return next }
        let (token, server) = try await token(now)
        if let room = wish.room, room != token.room { throw .otherRoom(asked: room, token: token.room) }
        guard let text = wish.address ?? server else { throw .noAddress }
        let new = Ticket(address: try RoomAddress(text, allowsPlain: wish.allowsPlain), token: token)
        next = new
        return new
    }

    /// A ticket to go in with. Where there can be another one, each is given out only once: it may have been refused.
    package func take() async throws(RoomError) -> Ticket {
        let ticket = try await look()
        next = nil
        return ticket
    }

    private func token(_ now: Timestamp) async throws(RoomError) -> (RoomToken, server: String?) {
        switch source {
        case .given(let secret): return (try RoomToken(secret.reveal(), now: now), nil)
        case .service(let service):
            let answer = try await service.token(for: wish.room, wish.guest, now: now)
            return (answer.token, answer.server)
        case .minted(let mint):
            guard let room = wish.room else { throw .noRoom }
            let token = try mint.token(
                for: room, wish.guest, seconds: Self.lifetime, now: now)
            return (token, nil)
        }
    }
}
