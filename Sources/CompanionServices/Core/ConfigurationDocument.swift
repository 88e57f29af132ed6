/// The words about all settings, made from their table.
package enum ConfigurationDocument {
    /// The text of `.env.example`.
    package static var exampleFile: String {
        var lines = [
            "# Settings of companion-edge. None is needed: without any, it works on this device alone.",
            "# Copy this file to .env (in the working directory or in the data directory) and uncomment what you change;",
            "# the environment wins over .env, and .env over the configuration file. 'companion-edge config check' reads it.",
            "# This file is made from the table of settings; a test compares the two.",
        ]
        for group in ConfigurationKey.Group.allCases {
            lines += ["", "## \(group.rawValue)"]
            for key in ConfigurationKey.all where key.group == group {
                lines.append("")
                lines += wrapped(key.help).map { "# \($0)" }
                let values = key.valuesInWords.map { "\($0). " } ?? ""
                let fallback = key.defaultText.map { "Default: \($0)." } ?? ""
                if !(values + fallback).isEmpty {
                    lines.append("# \(values + fallback)".trimmingTrailingSpaces)
                }
                if let example = key.exampleLine { lines.append("#\(example)") }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A Markdown table of all settings.
    package static var markdownTable: String {
        var lines = ["| name | default | meaning |", "| --- | --- | --- |"]
        for key in ConfigurationKey.all {
            lines.append("| `\(key.name)` | \(key.defaultText.map { "`\($0)`" } ?? "") | \(key.help) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + word.count + 1 > 110 {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return lines + [line]
    }
}

extension ConfigurationKey {
    /// What a value may be, for people; `nil` where the example says it all.
    package var valuesInWords: String? {
        switch kind {
        case .bool: "true or false"
        case .integer(let range): "A whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let choices): "One of \(choices.joined(separator: ", "))"
        case .url(let schemes): "An address (\(schemes.joined(separator: ", ")))"
        case .addressOr(let words, let schemes):
            "\(words.joined(separator: ", ")), or an address (\(schemes.joined(separator: ", ")))"
        case .redisAddress: "An address (\(RedisAddress.schemes.joined(separator: ", ")))"
        case .peerAddress: "An address (tcp://host:port or unix:///path)"
        case .projectAddress: "An address (https; http only for a server on this machine)"
        case .uuid: "A version 4 UUID"
        case .timeZone: "A name of the time zone database"
        case .amount: "An amount, with a point: 0.50"
        case .prices: "Names with prices for a million tokens read/said, or read/said/known from before, with commas between"
        case .text, .path, .presence, .secret, .publicSupabaseKey, .refused: nil
        }
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
