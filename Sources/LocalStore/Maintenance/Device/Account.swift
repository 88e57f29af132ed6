import Foundation
import GRDB

/// What a Supabase project's Auth calls somebody: the `sub` of their tokens and `auth.uid()` of their rows.
///
/// It is not the person's ``UserID`` here. The local id stays what it was from the first word on; the account is bound beside it.
package struct AccountID: Sendable, Hashable, CustomStringConvertible {
    /// Thirty-six characters, lower case.
    package let text: String

    /// Nil when `text` is no UUID.
    package init?(_ text: String) {
        guard text.utf8.count == 36, let id = UUID(uuidString: text) else { return nil }
        self.text = id.uuidString.lowercased()
    }

    package var description: String { text }

    /// The first eight characters: enough to follow a log, too little to name a person.
    package var logForm: String { text.prefix(8) + "..." }
}

/// The account that a person of this device is bound to.
package struct Account: Sendable, Hashable {
    package let person: UserID
    package let id: AccountID
    /// The project's address, as ``DeviceStore`` was given it.
    package let project: String
    package let email: String?
    package let boundAt: Timestamp
    /// Whether the device holds tokens with which it may act for the account.
    package let isSignedIn: Bool
}

/// The tokens of one signed-in account. Whatever prints or dumps one shows none of them.
package struct AuthSession: Sendable, Hashable {
    package let account: AccountID
    /// A short-lived bearer token.
    package let accessToken: String
    /// Good for one exchange.
    package let refreshToken: String
    /// Seconds that the access token lives from the moment it was received.
    package let lifetime: Int64
    package let receivedAt: BootMoment

    package init(account: AccountID, accessToken: String, refreshToken: String, lifetime: Int64, receivedAt: BootMoment) {
        self.account = account
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.lifetime = lifetime
        self.receivedAt = receivedAt
    }
}

extension AuthSession: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "AuthSession(\(account.logForm), tokens ***)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["account": account.logForm]) }
}

/// Why an account cannot be bound to a person, and what to do.
package enum AccountError: Error, Equatable, CustomStringConvertible {
    /// The person's memories belong to another account already.
    case boundToAnother(bound: Account, asked: AccountID)
    /// Somebody else on this device uses that account.
    case takenBy(Person)
    case noSession

    package var description: String {
        switch self {
        case .boundToAnother(let bound, let asked):
            "What is kept here belongs to the account \(bound.email ?? bound.id.logForm) at \(bound.project), and this is another one (\(asked.logForm)). Sign in with that account, or give the other one a person of its own: 'companion-edge users add NAME', then 'companion-edge login --user NAME'."
        case .takenBy(let person):
            "That account is used by \(person.name ?? person.id.logForm) on this device already. Each person needs an account of their own."
        case .noSession: "Nobody is signed in. Use 'companion-edge login'."
        }
    }
}
