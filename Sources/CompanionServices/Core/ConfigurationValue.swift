import Foundation
import LocalStore
import Networking

/// A setting's value after checking.
package enum ConfigurationValue: Sendable, Equatable {
    case text(String)
    case bool(Bool)
    case integer(Int)
    case url(URL)
    case timeZone(TimeZone)
    case secret(Secret<String>)
    case amount(Money)
    case prices(ModelPrices)
    case redis(RedisAddress)
}

/// Why a value cannot be used, as the end of a sentence that begins with the key: "is 'maybe', which is neither true nor false".
/// Never holds a secret.
struct ValueProblem: Error, Equatable {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

extension ConfigurationKey {
    /// Reads a value as it stands in a file or the environment. `text` is not empty.
    func value(of text: String) throws(ValueProblem) -> ConfigurationValue {
        switch kind {
        case .refused(let reason):
            throw ValueProblem("must not be set on a device: \(reason)")
        case .secret:
            return .secret(try Self.checkedSecret(text))
        case .publicSupabaseKey:
            return .secret(try Self.checkedSupabaseKey(text))
        default:
            try Self.refuseControlCharacters(in: text)
            return try plainValue(of: text)
        }
    }

    private func plainValue(of text: String) throws(ValueProblem) -> ConfigurationValue {
        switch kind {
        case .bool:
            switch text.lowercased() {
            case "true", "1", "yes", "on": return .bool(true)
            case "false", "0", "no", "off": return .bool(false)
            default: throw ValueProblem("is \(Self.quoted(text)), which is neither true nor false")
            }
        case .presence:
            return .bool(true)
        case .integer(let range):
            guard let number = Int(text), range.contains(number) else {
                throw ValueProblem(
                    "is \(Self.quoted(text)), which is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return .integer(number)
        case .url(let schemes):
            return .url(try Self.checkedURL(text, schemes: schemes))
        case .addressOr(let words, let schemes):
            if let word = words.first(where: { $0.lowercased() == text.lowercased() }) { return .text(word) }
            return .url(try Self.checkedURL(text, schemes: schemes))
        case .redisAddress:
            do throws(RedisAddress.Problem) {
                return .redis(try RedisAddress(parsing: text))
            } catch {
                throw ValueProblem(error.text)
            }
        case .peerAddress:
            guard let url = URL(string: text), SocketAddress(url) != nil else {
                throw ValueProblem("is \(Self.quoted(text)), which is neither tcp://host:port nor unix:///path")
            }
            return .url(url)
        case .projectAddress:
            return .url(try Self.checkedProjectAddress(text))
        case .uuid:
            do {
                return .text(try UserID(text).text)
            } catch {
                throw ValueProblem("is \(Self.quoted(text)), which is not a version 4 UUID")
            }
        case .timeZone:
            guard let zone = TimeZone(identifier: text) else {
                throw ValueProblem("is \(Self.quoted(text)), which is not the name of a time zone")
            }
            return .timeZone(zone)
        case .choice(let choices):
            guard let choice = choices.first(where: { $0.lowercased() == text.lowercased() }) else {
                throw ValueProblem("is \(Self.quoted(text)), which is not one of \(choices.joined(separator: ", "))")
            }
            return .text(choice)
        case .amount:
            guard let amount = Money(text) else {
                throw ValueProblem("is \(Self.quoted(text)), which is no amount such as 0.50")
            }
            return .amount(amount)
        case .prices:
            guard let prices = ModelPrices(text) else {
                throw ValueProblem(
                    "is \(Self.quoted(text)), which is no list of prices such as gpt-4o-mini=0.15/0.60,*=1/2 (for a million tokens "
                        + "read and said)")
            }
            return .prices(prices)
        case .text, .path, .secret, .publicSupabaseKey, .refused:
            return .text(text)
        }
    }

    private static func refuseControlCharacters(in text: String) throws(ValueProblem) {
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw ValueProblem("holds a control character, such as a line break or a tab")
        }
    }

    private static func checkedURL(_ text: String, schemes: [String]) throws(ValueProblem) -> URL {
        let shown = quoted(ConfigurationRedaction.withoutCredentials(text))
        guard !text.contains(where: \.isWhitespace), let url = URL(string: text), let scheme = url.scheme?.lowercased() else {
            let isBare =
                text.contains(".") && !text.contains("://") && !text.contains { $0.isWhitespace || $0 == "@" || $0 == "?" }
            let hint = isBare ? schemes.first.map { "; write \($0)://\(text.prefix(60))" } : nil
            throw ValueProblem("is \(shown), which is not an address\(hint ?? "")")
        }
        guard schemes.contains(scheme) else {
            throw ValueProblem("is \(shown), which does not begin with \(schemes.map { $0 + "://" }.joined(separator: " or "))")
        }
        guard let host = url.host(), !host.isEmpty else {
            throw ValueProblem("is \(shown), which names no host")
        }
        return url
    }

    private static func checkedProjectAddress(_ text: String) throws(ValueProblem) -> URL {
        let url = try checkedURL(text, schemes: ["https", "http"])
        let shown = quoted(ConfigurationRedaction.withoutCredentials(text))
        let host = url.host() ?? ""
        let isThisMachine = ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) || host.hasSuffix(".localhost")
        guard url.scheme?.lowercased() == "https" || isThisMachine else {
            throw ValueProblem(
                "is \(shown), which is not encrypted: what people tell could be read on its way; "
                    + "use https:// (http:// is only for a server on this machine)")
        }
        guard url.user() == nil, url.query() == nil, url.fragment() == nil, ["", "/"].contains(url.path()) else {
            throw ValueProblem("is \(shown), but only the scheme, the host and perhaps a port belong in it")
        }
        return url
    }

    private static func checkedSecret(_ text: String) throws(ValueProblem) -> Secret<String> {
        guard text.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
            throw ValueProblem("holds spaces, line breaks or characters that no key has (the value is not shown)")
        }
        return Secret(text)
    }

    private static func checkedSupabaseKey(_ text: String) throws(ValueProblem) -> Secret<String> {
        let secret = try checkedSecret(text)
        let role = JSONWebToken(text)?.claims["role"]?.stringValue
        guard !text.hasPrefix("sb_secret_"), role != "service_role" else {
            throw ValueProblem(
                "is the project's secret (service_role) key, which opens every person's rows and must not be on a device; "
                    + "use the anon (publishable) key (the value is not shown)")
        }
        guard text.hasPrefix("sb_publishable_") || role == "anon" else {
            throw ValueProblem(
                "is neither a publishable key (sb_publishable_...) nor an anon key (eyJ...); copy it from the project's "
                    + "API settings (the value is not shown)")
        }
        return secret
    }

    /// At most 60 characters, control characters made visible.
    private static func quoted(_ text: String) -> String {
        let shown = text.prefix(60).unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : String($0) }
        return "'\(shown.joined())\(text.count > 60 ? "…" : "")'"
    }
}

enum ConfigurationRedaction {
    /// An address without the name and password before its host, and without its query, which may hold keys.
    static func withoutCredentials(_ address: String) -> String {
        var shown = address
        if let start = shown.range(of: "://") {
            let authority = shown[start.upperBound...].prefix { !"/?#".contains($0) }
            // The last "@" ends the credentials; a password may hold further ones.
            if let at = authority.lastIndex(of: "@") {
                shown.replaceSubrange(start.upperBound..<at, with: "***")
            }
        }
        if let query = shown.firstIndex(of: "?") {
            shown.replaceSubrange(query..., with: "?***")
        }
        return shown
    }
}
