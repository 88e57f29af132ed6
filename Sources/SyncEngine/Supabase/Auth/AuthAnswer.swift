import Foundation
import LocalStore
import Networking

/// What GoTrue answers, read: tokens, or the reason in our terms.
enum AuthAnswer {
    /// A session from the answer of `/token` or `/verify`.
    static func session(_ response: HTTPResponse, receivedAt: BootMoment) throws(AuthError) -> (AuthSession, email: String?) {
        let value = try success(response)
        guard let access = value["access_token"]?.stringValue, let refresh = value["refresh_token"]?.stringValue,
            !refresh.isEmpty, let subject = JSONWebToken(access)?.subject
        else { throw .unreachable(.notTheService("an answer of \(response.status) without tokens")) }
        let user = value["user"]?.objectValue
        if let id = user?["id"]?.stringValue, AccountID(id) != subject {
            throw .wrongAccount(expected: subject, found: id)
        }
        let session = AuthSession(
            account: subject, accessToken: access, refreshToken: refresh,
            lifetime: max(1, value["expires_in"]?.intValue ?? 3600), receivedAt: receivedAt)
        return (session, user?["email"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// The fields of an answer that says yes.
    @discardableResult
    static func success(_ response: HTTPResponse) throws(AuthError) -> [String: JSONValue] {
        if response.status == 204 { return [:] }
        let value: JSONValue
        do throws(HTTPError) {
            value = try response.jsonValue()
        } catch {
            // A gateway in front of the project answers in HTML when it is down.
            guard response.status < 500 else { throw .server(status: response.status, "no JSON") }
            throw .unreachable(error)
        }
        guard (200..<300).contains(response.status) else { throw failure(response, value.objectValue ?? [:]) }
        guard let fields = value.objectValue else { throw .unreachable(.notTheService("JSON that is no object")) }
        return fields
    }

    /// Old and new servers name the reason in different fields.
    private static func failure(_ response: HTTPResponse, _ fields: [String: JSONValue]) -> AuthError {
        let message =
            ["msg", "error_description", "message", "error"].lazy.compactMap { fields[$0]?.stringValue }.first
            ?? "no reason given"
        let code = fields["error_code"]?.stringValue ?? fields["code"]?.stringValue ?? fields["error"]?.stringValue ?? ""
        let shown = String(message.prefix(200))
        switch code {
        case "invalid_credentials": return .wrongCredentials
        case "email_not_confirmed": return .emailNotConfirmed
        case "otp_expired": return .wrongCode
        case "otp_disabled", "signup_disabled": return .unknownAddress
        case "email_address_invalid", "validation_failed": return .invalidAddress(shown)
        case "user_banned", "user_not_found": return .accountClosed(shown)
        case "refresh_token_not_found", "refresh_token_already_used", "session_not_found", "session_expired":
            return .signedOut(shown)
        case "no_authorization", "bad_jwt": return .signedOut(shown)
        default: break
        }
        switch response.status {
        case 429: return .tooManyRequests(retryAfter: response.head.retryAfter(now: Date()))
        case 401 where shown.localizedCaseInsensitiveContains("api key"): return .keyRefused(shown)
        case 400 where shown.hasPrefix("Invalid login credentials"): return .wrongCredentials
        case 400 where shown.hasPrefix("Email not confirmed"): return .emailNotConfirmed
        case 400...401 where shown.hasPrefix("Invalid Refresh Token"): return .signedOut(shown)
        case 401, 403: return .signedOut(shown)
        default: return .server(status: response.status, shown)
        }
    }
}
