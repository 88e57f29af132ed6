import Foundation

/// One event of a server that sends them as they happen.
package struct ServerSentEvent: Sendable, Hashable {
    /// `message` where the server names none.
    package var name: String
    /// The lines of `data`, joined by line breaks.
    package var data: String

    package init(name: String = "message", data: String) {
        self.name = name
        self.data = data
    }
}

/// Cuts a stream of bytes into events (WHATWG HTML, 9.2.6 "Interpreting an event stream"), however the network cut it.
package struct ServerSentEventParser: Sendable {
    /// A server that sends one line longer than this is not listened to.
    package static let longestLine = 1 << 20

    package enum Problem: Error, Sendable, Equatable {
        case lineTooLong(limit: Int)
    }

    private var line: [UInt8] = []
    private var name = ""
    private var data: [String] = []
    private var sawReturn = false
    private var isAtStart = true

    package init() {}

    /// The events that the bytes complete.
    package mutating func add(_ bytes: Data) throws(Problem) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            // CR, LF and CR LF each end a line.
            if byte == 0x0A, sawReturn {
                sawReturn = false
                continue
            }
            sawReturn = byte == 0x0D
            guard byte == 0x0A || byte == 0x0D else {
                guard line.count < Self.longestLine else { throw .lineTooLong(limit: Self.longestLine) }
                line.append(byte)
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        if isAtStart, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        isAtStart = false
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: 0x3A)
        let field = String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self)
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == 0x20 { value = value.dropFirst() }
        switch field {
        case "data": data.append(String(decoding: value, as: UTF8.self))
        case "event": name = String(decoding: value, as: UTF8.self)
        // A comment, or a field that only matters to those who reconnect.
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            name = ""
            data = []
        }
        guard !data.isEmpty else { return nil }
        return ServerSentEvent(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"))
    }
}
