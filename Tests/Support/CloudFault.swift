import LocalStore

/// Something that goes wrong with requests to a ``CloudProject``.
package struct CloudFault: Sendable {
    package enum Kind: Sendable {
        /// Answers with this instead of asking the project.
        case status(Int, headers: [String: String] = [:], body: String? = nil)
        /// A captive portal's page, with status 200.
        case portal
        /// Status 200 and no body.
        case empty
        /// The request is served; then half of the answer comes, and the connection ends.
        case truncate
        /// The request is served; its answer comes twice in one body.
        case double
        /// The connection ends before the request is served.
        case resetBefore
        /// The request is served and committed; the connection ends instead of an answer.
        case resetAfter
        /// The request is served later.
        case delay(seconds: Double)
    }

    let body: JSONValue

    /// Strikes requests whose path starts with `path`: not the first `skip` of them, but the next `times` (-1: all).
    package init(_ kind: Kind, path: String = "/", method: String? = nil, skip: Int64 = 0, times: Int64 = 1) {
        var fields: [String: JSONValue] = [
            "path": .string(path), "method": method.map(JSONValue.string) ?? .null, "skip": .int(skip), "times": .int(times),
        ]
        fields["kind"] = .string(Self.name(kind))
        switch kind {
        case .status(let status, let headers, let body):
            fields["status"] = .int(Int64(status))
            fields["headers"] = .object(headers.mapValues(JSONValue.string))
            if let body { fields["body"] = .string(body) }
        case .delay(let seconds): fields["seconds"] = .double(seconds)
        default: break
        }
        body = .object(fields)
    }

    private static func name(_ kind: Kind) -> String {
        switch kind {
        case .status: "status"
        case .portal: "portal"
        case .empty: "empty"
        case .truncate: "truncate"
        case .double: "double"
        case .resetBefore: "reset_before"
        case .resetAfter: "reset_after"
        case .delay: "delay"
        }
    }
}
