import Foundation
import LocalStore

/// The key that names a Supabase project to its gateway. Every device may hold one; who is signed in decides what it opens.
package struct ProjectKey: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// `sb_publishable_…`
        case publishable
        /// A JWT whose role is `anon`.
        case legacyAnon
    }

    package let kind: Kind
    private let text: String

    package init(_ text: String) throws(ProjectKeyError) {
        if text.hasPrefix("sb_publishable_"), text.utf8.count > 15 {
            kind = .publishable
        } else if text.hasPrefix("sb_secret_") {
            throw .secret
        } else if let claims = JSONWebToken(text)?.claims {
            switch claims["role"]?.stringValue {
            case "anon": kind = .legacyAnon
            case "service_role": throw .secret
            case let role: throw .wrongRole(role ?? "none")
            }
        } else {
            throw .unknown
        }
        guard text.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else { throw .unknown }
        self.text = text
    }

    /// The key itself, for the header of a request.
    func reveal() -> String { text }
}

extension ProjectKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(kind.rawValue) key ***" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["kind": kind]) }
}

/// Why a text cannot be a device's project key. Never holds the text.
package enum ProjectKeyError: Error, Sendable, Equatable, CustomStringConvertible {
    case secret
    case wrongRole(String)
    case unknown

    package var description: String {
        switch self {
        case .secret:
            "SUPABASE_ANON_KEY is the project's secret (service_role) key. It opens every person's rows to whoever holds this device, so it is not used here. Take the publishable (anon) key from the project's API settings, and replace the secret key if it was on a device before."
        case .wrongRole(let role):
            "SUPABASE_ANON_KEY is a token of the role '\(role.prefix(40))'. Take the publishable (anon) key from the project's API settings."
        case .unknown:
            "SUPABASE_ANON_KEY is neither a publishable key (sb_publishable_…) nor an anon JWT (eyJ…). Copy it from the project's API settings."
        }
    }
}
