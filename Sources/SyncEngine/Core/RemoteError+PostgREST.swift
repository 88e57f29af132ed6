import LocalStore

extension RemoteError {
    /// What a PostgREST answer with a status other than 2xx means.
    ///
    /// - Parameter body: `{"code","message","details","hint"}` from PostgREST; from a gateway in front of it, anything.
    package init(status: Int, body: String, retryAfter: Duration?) {
        let fields = (try? JSONValue(parsing: body))?.objectValue ?? [:]  // A gateway's own page has no code: the status decides.
        let code = fields["code"]?.stringValue ?? ""
        let message = fields["message"]?.stringValue ?? fields["msg"]?.stringValue ?? "status \(status)"
        self = Self.byCode(code, message) ?? Self.byStatus(status, message, retryAfter)
    }

    private static func byCode(_ code: String, _ message: String) -> RemoteError? {
        switch code {
        case "PGRST301", "PGRST302", "PGRST303", "28000": .unauthorized(message)
        case "42501": .forbidden(message)
        case "PGRST202", "PGRST203", "42883", "42P01", "42703", "3F000": .notMigrated(message)
        case "54000", "57014": .tooLarge(message)
        case "55P03", "40P01", "40001": .busy(message)
        case "P0001": .poison(code: code, message: message)
        case let code where code.count == 5 && (code.hasPrefix("22") || code.hasPrefix("23")):
            .poison(code: code, message: message)
        default: nil
        }
    }

    private static func byStatus(_ status: Int, _ message: String, _ retryAfter: Duration?) -> RemoteError {
        switch status {
        case 401: .unauthorized(message)
        case 403: .forbidden(message)
        case 404: .notMigrated(message)
        case 413: .tooLarge(message)
        case 429: .tooManyRequests(retryAfter: retryAfter)
        case 300..<400, 511: .notTheService("status \(status)")
        default: .server(status: status, message: message, retryAfter: retryAfter)
        }
    }
}
