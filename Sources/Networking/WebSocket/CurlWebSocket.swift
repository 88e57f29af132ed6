import CCurl
import Foundation
import Synchronization

package enum WebSocketMessage: Sendable, Hashable {
    case text(String)
    case binary(Data)
}

/// A WebSocket client over a connection that libcurl opened: TLS, proxy and certificate rules are those of ``CurlTransport``.
///
/// One thread a socket waits for bytes or for something to send. Pings are answered there. The connection ends with
/// ``close(code:)``, with the peer, or when the last reference goes.
package final class CurlWebSocket: Sendable {
    /// What the peer sends, until the connection ends: normally with nothing, otherwise by throwing a ``WebSocketError``.
    /// One reader.
    package let messages: AsyncThrowingStream<WebSocketMessage, any Error>
    private let line: Line

    private init(messages: AsyncThrowingStream<WebSocketMessage, any Error>, line: Line) {
        self.messages = messages
        self.line = line
    }

    deinit {
        line.close(code: 1001)
    }

    /// - Parameters:
    ///   - url: `ws://` or `wss://`.
    ///   - messageLimit: bytes of the largest message taken.
    package static func connect(
        to url: String, headers: [HTTPHeader] = [], options: CurlTransport.Options = .init(), timeout: Duration = .seconds(10),
        messageLimit: Int = 4 << 20
    ) async throws(WebSocketError) -> CurlWebSocket {
        let (messages, feed) = AsyncThrowingStream<WebSocketMessage, any Error>.makeStream()
        let line: Line
        do {
            line = try Line(feed: feed, messageLimit: messageLimit)
            let address = try WebSocketAddress(url)
            try await line.open(address, headers: headers, options: options, timeout: timeout)
        } catch {
            throw error as? WebSocketError ?? .transport(.closed)
        }
        return CurlWebSocket(messages: messages, line: line)
    }

    /// Queues a message; it is sent in order.
    package func send(_ message: WebSocketMessage) throws(WebSocketError) {
        let frame =
            switch message {
            case .text(let text): WebSocketFrame(.text, Data(text.utf8))
            case .binary(let data): WebSocketFrame(.binary, data)
            }
        guard line.queue(frame) else { throw .closed(code: 1006, reason: "not connected") }
    }

    package func close(code: UInt16 = 1000) {
        line.close(code: code)
    }
}

struct WebSocketAddress {
    /// For libcurl: the same address with an HTTP scheme.
    let url: String
    let host: String
    let path: String

    init(_ text: String) throws(WebSocketError) {
        guard var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), let name = parts.host,
            !name.isEmpty,
            let mapped = ["ws": "http", "wss": "https"][scheme]
        else { throw .transport(.invalidRequest("'\(text.prefix(80))' is not a ws or wss address")) }
        host = name + (parts.port.map { ":\($0)" } ?? "")
        path =
            (parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath)
            + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
        parts.scheme = mapped
        guard let url = parts.string else { throw .transport(.invalidRequest("'\(text.prefix(80))' is not an address")) }
        self.url = url
    }
}
