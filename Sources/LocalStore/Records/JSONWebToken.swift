import Foundation

/// A token's claims, read and not verified: servers judge tokens, the device only looks at what each one is for.
package struct JSONWebToken: Sendable, Hashable {
    package let claims: [String: JSONValue]

    /// Nil when `text` is no JWT.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count <= 16_384 else { return nil }
        var payload = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        payload += String(repeating: "=", count: (4 - payload.count % 4) % 4)
        guard let data = Data(base64Encoded: String(payload)),
            case .object(let claims)? = try? JSONValue(parsing: String(decoding: data, as: UTF8.self))
        else { return nil }
        self.claims = claims
    }

    /// Makes a token.
    /// - Parameter sign: gives the HMAC-SHA256 of what it is told.
    package static func signed(_ claims: [String: JSONValue], by sign: (Data) -> Data) -> String {
        let header: JSONValue = ["alg": "HS256", "typ": "JWT"]
        let content = [header, .object(claims)].map { encoded(Data($0.text.utf8)) }.joined(separator: ".")
        return content + "." + encoded(sign(Data(content.utf8)))
    }

    /// RFC 4648, section 5, without padding.
    private static func encoded(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Whose token it is.
    package var subject: AccountID? { claims["sub"]?.stringValue.flatMap { AccountID($0) } }
}
