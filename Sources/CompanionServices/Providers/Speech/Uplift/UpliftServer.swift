import Foundation
import Networking

/// Where Uplift AI's voices are, and with which of them is spoken.
package struct UpliftServer: Sendable, Equatable {
    /// Samples a second of the format that is asked for.
    static let rate = 22_050
    static let format = "PCM_22050_16"
    /// Longest text of one request, in characters.
    static let longestText = 10_000

    let key: Secret<String>
    let voice: String
    private let host: String
    private let isEncrypted: Bool

    /// - Parameter address: `wss`, `ws`, `https` or `http`; only the host and the port count.
    package init(address: URL, key: Secret<String>, voice: String) {
        self.key = key
        self.voice = voice
        let name = address.host() ?? ""
        host = (name.contains(":") ? "[\(name)]" : name) + (address.port.map { ":\($0)" } ?? "")
        isEncrypted = ["wss", "https"].contains(address.scheme?.lowercased() ?? "")
    }

    /// Host and port, for people.
    package var shownPlace: String { host }

    /// The address of a new connection. The moment keeps caches on the way from answering.
    func address(at moment: Date) -> String {
        let time = String(format: "%.3f", moment.timeIntervalSince1970)
        return "\(isEncrypted ? "wss" : "ws")://\(host)/socket.io/?transport=websocket&EIO=4&t=\(time)"
    }

    /// How long things may take; as long as the cloud companion waits for them.
    struct Waits: Sendable {
        var connection = Duration.seconds(10)
        /// For the word that it is ready, once it took the key. A server that does not say it is taken to be.
        var ready = Duration.seconds(5)
        /// Tries for one request of which nothing was heard.
        var tries = 3
        var between = Networking.RetryPolicy(base: .seconds(1), cap: .seconds(4))
    }
}

/// What Uplift says when it does not speak.
enum UpliftTrouble {
    static func error(_ message: String, code: String = "", voice: String, key: Secret<String>) -> LanguageModelError {
        let words = "\(code) \(message)".lowercased()
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        if says("quota", "credit", "balance", "payment") { return .rateLimited(retryAfter: nil, isUsedUp: true) }
        if says("rate", "too many", "429") { return .rateLimited(retryAfter: nil, isUsedUp: false) }
        if says("auth", "api key", "api_key", "apikey", "token", "forbidden", "401", "403") {
            return .keyRefused(setting: ConfigurationKey.upliftKey.name)
        }
        if says("voice") { return .unknownModel(voice, setting: ConfigurationKey.upliftVoice.name) }
        return .reported(shown(message.isEmpty ? code : message, without: key))
    }

    /// Short, one line, without the key.
    private static func shown(_ text: String, without key: Secret<String>) -> String {
        let line = text.unicodeScalars.reduce(into: "") { line, scalar in
            line.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        let shown = line.replacing(key.reveal(), with: "***")
        return shown.isEmpty ? "no reason given" : String(shown.prefix(200))
    }
}
