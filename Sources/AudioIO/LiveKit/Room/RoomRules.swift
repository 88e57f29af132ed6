import Foundation

/// What is looked at before the library sees it, and what its words mean.
enum RoomRules {
    /// Bytes of a call or its answer, by LiveKit's documentation.
    static let longestPayload = 15 << 10
    /// Bytes of all attributes together; LiveKit's servers take no more.
    private static let longestAttributes = 64 << 10
    /// Bytes that a stream of ours may have.
    private static let longestStream = 16 << 20
    private static let longestToken = 64 << 10

    static func url(_ text: String) throws(LiveKitError) -> String {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            ["ws", "wss", "http", "https"].contains(scheme),
            url.host()?.isEmpty == false, url.user == nil, url.password == nil
        else {
            throw LiveKitError(
                .invalid, "'\(text.prefix(200))' is no address of a LiveKit server.", advice: "Write it like wss://example.org.")
        }
        return text
    }

    /// A token goes into a header, so it has to fit there.
    static func token(_ text: String) throws(LiveKitError) -> String {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard !text.isEmpty, text.utf8.count <= longestToken, isPlain else {
            throw LiveKitError(.noToken, "What is given as the room's token is none.")
        }
        return text
    }

    /// When a token says that it ends; `nil` when it does not.
    static func end(ofToken text: String) -> Date? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let claims = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - claims.count % 4) % 4)
        struct Claims: Decodable { let exp: Double? }
        guard let data = Data(base64Encoded: claims + padding), let end = try? JSONDecoder().decode(Claims.self, from: data).exp,
            end > 0
        else { return nil }
        return Date(timeIntervalSince1970: end)
    }

    static func check(_ options: RoomStreamOptions, length: Int) throws(LiveKitError) {
        try check(attributes: options.attributes)
        guard length <= longestStream else {
            throw LiveKitError(.tooLarge, "A stream carries \(longestStream) bytes, not \(length).")
        }
    }

    static func check(attributes: [String: String]) throws(LiveKitError) {
        let size = attributes.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= longestAttributes else {
            throw LiveKitError(.tooLarge, "Attributes carry \(longestAttributes) bytes, not \(size).")
        }
    }

    /// Why there is no connection, from the library's words for it.
    static func connectFailure(_ words: String) -> LiveKitError {
        let words = LiveKitLog.withoutTokens(words).prefix(300)
        if words.contains("401 Unauthorized") || words.contains("403 Forbidden") {
            return LiveKitError(
                .unauthorized, "The room refuses the token: \(words).",
                advice: "Have a new one made: for this room and identity, not yet expired.")
        }
        return LiveKitError(
            .unreachable, "The room cannot be reached: \(words).", advice: "Is the server there, and its address right?")
    }
}
