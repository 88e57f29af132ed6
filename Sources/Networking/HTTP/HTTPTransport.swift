/// Carries requests. ``CurlTransport`` is the real one.
package protocol HTTPTransport: Sendable {
    /// The whole answer, whatever its status.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse

    /// The answer as soon as its head is there; the body follows.
    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStreamingResponse
}

/// What a transport has done since it was made.
package struct TransportCounters: Sendable, Hashable, Codable {
    package var requests = 0
    package var failures = 0
    /// Connections that had to be opened; requests less this were carried by ones already open.
    package var connectionsOpened = 0
    package var bytesSent: Int64 = 0
    package var bytesReceived: Int64 = 0

    package var connectionsReused: Int { max(0, requests - failures - connectionsOpened) }
}
