import LocalStore
import Networking

/// Where one account's tokens lie.
package protocol SessionStoring: Sendable {
    func load() async throws -> AuthSession?
    /// Durable when it returns.
    func replace(_ session: AuthSession) async throws
    func end() async throws
}

/// The tokens of a person of this device.
package struct DeviceSessions: SessionStoring {
    private let devices: DeviceStore
    private let person: UserID

    package init(devices: DeviceStore, person: UserID) {
        self.devices = devices
        self.person = person
    }

    package func load() async throws -> AuthSession? { try await devices.session(of: person) }
    package func replace(_ session: AuthSession) async throws { try await devices.replaceSession(session, of: person) }
    package func end() async throws { try await devices.endSession(of: person) }
}

/// Hands out access tokens of one account, and renews them.
///
/// A refresh token is good for one exchange, so there is one exchange at a time, and what it gave is on the disk before it is
/// used. The age of a token is measured on the machine's running time, which no wrong date can falsify. One keeper an account.
package actor SessionKeeper {
    /// How long before its end a token is renewed, in milliseconds; less for tokens that live only briefly.
    static let margin: Int64 = 60_000

    package nonisolated let account: AccountID
    private let storage: any SessionStoring
    private let client: AuthClient
    private let clock: any BootClock
    private var session: AuthSession?
    /// Exchanged, and not on the disk yet.
    private var unsaved: AuthSession?
    private var renewal: Task<AuthSession, any Error>?
    private var hasEnded = false

    package init(account: AccountID, storage: any SessionStoring, client: AuthClient) {
        self.account = account
        self.storage = storage
        self.client = client
        clock = client.clock
    }

    /// A token of the account that is not about to end.
    func token() async throws(AuthError) -> AccessToken {
        let current = try await loaded()
        return AccessToken((isFresh(current) ? current : try await renewed()).accessToken)
    }

    /// Another token in the place of one that the server did not take.
    func token(insteadOf refused: AccessToken) async throws(AuthError) -> AccessToken {
        let current = try await loaded()
        if current.accessToken != refused.reveal() { return AccessToken(current.accessToken) }
        return AccessToken(try await renewed().accessToken)
    }

    /// Whether tokens are at hand; asks nobody.
    package func isSignedIn() async throws(AuthError) -> Bool {
        do throws(AuthError) {
            _ = try await loaded()
            return true
        } catch {
            if case .notSignedIn = error { return false }
            throw error
        }
    }

    /// Signs out. The device forgets the tokens even when the server cannot be told; then the error says so.
    package func signOut() async throws(AuthError) {
        let last = try? await loaded()
        hasEnded = true
        session = nil
        unsaved = nil
        renewal?.cancel()
        do {
            try await storage.end()
        } catch {
            throw .notKept("\(error)")
        }
        if let last { try await client.signOut(AccessToken(last.accessToken)) }
    }

    // MARK: Renewal

    private func isFresh(_ session: AuthSession) -> Bool {
        // Received before the machine was last started: nobody knows how old it is.
        guard let age = clock.now().milliseconds(since: session.receivedAt) else { return false }
        let life = session.lifetime * 1000
        return age >= 0 && age < life - min(Self.margin, life / 5)
    }

    private func loaded() async throws(AuthError) -> AuthSession {
        guard !hasEnded else { throw .notSignedIn }
        if let session { return session }
        let stored: AuthSession?
        do {
            stored = try await storage.load()
        } catch {
            throw .notKept("\(error)")
        }
        guard let stored, !hasEnded else { throw .notSignedIn }
        guard stored.account == account, JSONWebToken(stored.accessToken)?.subject == account else {
            throw .wrongAccount(expected: account, found: stored.account.text)
        }
        // Another caller may have loaded or renewed it meanwhile.
        if let session { return session }
        session = stored
        return stored
    }

    /// Joins the exchange that is under way, or begins one. It goes on when its callers give up: the server may have done its
    /// part already, and what it gave must be kept.
    private func renewed() async throws(AuthError) -> AuthSession {
        let task = renewal ?? Task { try await self.renew() }
        renewal = task
        do {
            return try await task.value
        } catch {
            throw error as? AuthError ?? .notKept("\(error)")
        }
    }

    private func renew() async throws -> AuthSession {
        defer { renewal = nil }
        let current = try await loaded()
        let fresh: AuthSession
        if let unsaved {
            fresh = unsaved
        } else {
            fresh = try await exchanged(current)
        }
        guard !hasEnded else { throw AuthError.notSignedIn }
        unsaved = fresh
        do {
            try await storage.replace(fresh)
        } catch AccountError.noSession {
            throw AuthError.notSignedIn
        } catch {
            throw AuthError.notKept("\(error)")
        }
        guard !hasEnded else { throw AuthError.notSignedIn }
        unsaved = nil
        session = fresh
        return fresh
    }

    private func exchanged(_ current: AuthSession) async throws -> AuthSession {
        do throws(AuthError) {
            return try await client.refresh(current)
        } catch {
            // The store may hold a newer token than we do, when somebody signed in again meanwhile.
            if case .signedOut = error, let stored = try await storage.load(), stored.account == account,
                stored.refreshToken != current.refreshToken
            {
                return stored
            }
            throw error
        }
    }
}
