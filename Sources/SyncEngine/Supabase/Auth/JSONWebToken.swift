import Foundation
import LocalStore

/// A token's claims, read and not verified: the server judges tokens, the device only keeps to whom each one belongs.
struct JSONWebToken {
    let claims: [String: JSONValue]

    /// Nil when `text` is no JWT.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count <= 16_384 else { return nil }
        var payload = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        payload += String(repeating: "=", count: (4 - payload.count % 4) % 4)
        guard let data = Data(base64Encoded: String(payload)),
            case .object(let claims)? = try? JSONValue(parsing: String(decoding: data, as: UTF8.self))
        else { return nil }
        self.claims = claims
    }

    /// Whose token it is.
    var subject: AccountID? { claims["sub"]?.stringValue.flatMap { AccountID($0) } }
}
