/// Everything that is wrong with the settings, at once.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package let problems: [ConfigurationProblem]

    package init(problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    package var description: String {
        let count = problems.count == 1 ? "One setting cannot be used:" : "\(problems.count) settings cannot be used:"
        return ([count] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
}

/// One thing wrong with one setting.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    package let origin: ConfigurationOrigin
    /// `nil` for a line or file that cannot be read at all.
    package let key: String?
    /// The rest of a sentence that begins with the key or the place.
    package let text: String
    /// A line that would work.
    package let example: String?

    package var description: String {
        var sentence = "\(origin): " + (key.map { "\($0) " } ?? "") + text
        if let example { sentence += "; for example \(example)" }
        return sentence
    }
}

/// Where a value came from.
package enum ConfigurationOrigin: Sendable, Hashable, CustomStringConvertible {
    case commandLine
    case environment
    /// Sent by a client for its own command.
    case caller
    /// `line` is `nil` where the whole file is meant.
    case file(path: String, line: Int?)
    case builtIn

    package var description: String {
        switch self {
        case .commandLine: "command line"
        case .environment: "environment"
        case .caller: "caller"
        case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
        case .builtIn: "default"
        }
    }
}
