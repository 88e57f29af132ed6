import Foundation

package struct HTTPMethod: RawRepresentable, Sendable, Hashable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let get = Self(rawValue: "GET")
    package static let head = Self(rawValue: "HEAD")
    package static let post = Self(rawValue: "POST")
    package static let put = Self(rawValue: "PUT")
    package static let patch = Self(rawValue: "PATCH")
    package static let delete = Self(rawValue: "DELETE")
}

/// One request, with the bounds within which it must be answered.
package struct HTTPRequest: Sendable, Hashable {
    package var method: HTTPMethod
    /// Absolute, `http` or `https`.
    package var url: String
    /// In the order sent. A name may repeat.
    package var headers: [HTTPHeader]
    package var body: Data?
    /// Until there is a connection, TLS included.
    package var connectTimeout: Duration
    /// Until the last byte; nil for streams, which ``idleTimeout`` bounds instead.
    package var totalTimeout: Duration?
    /// Longest silence in the middle of an answer.
    package var idleTimeout: Duration
    /// Bytes of body after which the answer is refused.
    package var bodyLimit: Int

    package init(
        _ method: HTTPMethod, _ url: String, headers: [HTTPHeader] = [], body: Data? = nil,
        connectTimeout: Duration = .seconds(5),
        totalTimeout: Duration? = .seconds(30), idleTimeout: Duration = .seconds(15), bodyLimit: Int = 8 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.idleTimeout = idleTimeout
        self.bodyLimit = bodyLimit
    }
}

package struct HTTPHeader: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Status and headers of an answer.
package struct HTTPHead: Sendable, Hashable {
    package let status: Int
    package let headers: [HTTPHeader]

    package init(status: Int, headers: [HTTPHeader]) {
        self.status = status
        self.headers = headers
    }

    /// The first value of a header, whatever the letter case of its name.
    package subscript(name: String) -> String? {
        headers.first { $0.name.caseInsensitiveCompare(name) == .orderedSame }?.value
    }

    /// The media type without parameters, lower case.
    package var contentType: String? {
        self["content-type"]?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
    }
}

package struct HTTPResponse: Sendable, Hashable {
    package let head: HTTPHead
    package let body: Data

    package init(head: HTTPHead, body: Data) {
        self.head = head
        self.body = body
    }

    package var status: Int { head.status }
}

/// An answer whose body arrives in pieces. Dropping the sequence ends the transfer.
package struct HTTPStreamingResponse: Sendable {
    package let head: HTTPHead
    package let body: HTTPBodyStream
}
