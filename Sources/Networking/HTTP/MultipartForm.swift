import Foundation

/// A form with files in it, as a body of the type `multipart/form-data` (RFC 7578).
package struct MultipartForm: Sendable {
    private struct Part: Sendable {
        let head: String
        let content: Data
    }

    private var parts: [Part] = []

    package init() {}

    package mutating func add(_ name: String, _ value: String) {
        parts.append(Part(head: "Content-Disposition: form-data; name=\"\(Self.quoted(name))\"", content: Data(value.utf8)))
    }

    /// - Parameter type: the media type of the file.
    package mutating func add(_ name: String, file: String, type: String, _ content: Data) {
        let disposition = "Content-Disposition: form-data; name=\"\(Self.quoted(name))\"; filename=\"\(Self.quoted(file))\""
        parts.append(Part(head: "\(disposition)\r\nContent-Type: \(type)", content: content))
    }

    /// The header that tells the border between parts, and the body.
    package func encoded() -> (type: HTTPHeader, body: Data) {
        var border: String
        // 128 random bits are in no content, but to look costs little.
        repeat {
            border = "companion-\(UUID().uuidString)"
        } while parts.contains { $0.content.range(of: Data(border.utf8)) != nil }
        var body = Data()
        for part in parts {
            body += Data("--\(border)\r\n\(part.head)\r\n\r\n".utf8)
            body += part.content
            body += Data("\r\n".utf8)
        }
        body += Data("--\(border)--\r\n".utf8)
        return (HTTPHeader("Content-Type", "multipart/form-data; boundary=\(border)"), body)
    }

    /// As browsers write names (HTML, "multipart form data"): nothing in them can end the line or the name.
    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\r": "%0D"
            case "\n": "%0A"
            case "\"": "%22"
            default: String(scalar)
            }
        }.joined()
    }
}
