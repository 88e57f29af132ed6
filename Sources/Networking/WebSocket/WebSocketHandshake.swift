import Foundation

/// The opening handshake of RFC 6455, section 4, as text to send and text to judge.
struct WebSocketHandshake {
    private static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    private let key: String

    init(using generator: inout some RandomNumberGenerator) {
        key = Data((0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }).base64EncodedString()
    }

    func request(path: String, host: String, headers: [HTTPHeader]) -> Data {
        var lines = ["GET \(path) HTTP/1.1", "Host: \(host)", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13"]
        lines += headers.map { "\($0.name): \($0.value)" }
        return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// The bytes after the answer's head, which already belong to frames; nil while the head is incomplete.
    func accept(_ received: Data) throws(WebSocketError) -> Data? {
        guard let end = received.range(of: Data("\r\n\r\n".utf8)) else {
            guard received.count < 16_384 else { throw .refused("an endless head") }
            return nil
        }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let parts = (lines.first ?? "").split(separator: " ")
        guard parts.count >= 2, parts[1] == "101" else { throw .refused(String((lines.first ?? "").prefix(80))) }
        let expected = Digest.sha1(Data((key + Self.guid).utf8)).base64EncodedString()
        let accepted = lines.dropFirst().contains { line in
            let pair = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return pair.count == 2 && pair[0].lowercased() == "sec-websocket-accept" && pair[1] == expected
        }
        guard accepted else { throw .refused("an answer to somebody else's handshake") }
        return Data(received[end.upperBound...])
    }
}

package enum WebSocketError: Error, Sendable, Equatable, CustomStringConvertible {
    case transport(HTTPError)
    /// The server answered, but not with a WebSocket.
    case refused(String)
    case violation(WebSocketViolation)
    /// The peer said goodbye, with its code and reason.
    case closed(code: UInt16, reason: String)

    package var description: String {
        switch self {
        case .transport(let error): error.description
        case .refused(let what): "The server did not open a WebSocket: \(what)."
        case .violation(let violation): "The server broke the WebSocket protocol (\(violation)); the connection was closed."
        case .closed(let code, let reason): "The server closed the connection (\(code)\(reason.isEmpty ? "" : ", \(reason)"))."
        }
    }
}
