/// A line that begins with `/`: something to do rather than something said.
enum SlashCommand: Equatable {
    case help
    /// All, or those of a category or about some words.
    case memories(String)
    case forget(String)
    case why
    case reminders
    case language(String)
    case quit
    case unknown(String)

    static let names = ["/help", "/memories", "/forget", "/why", "/reminders", "/language", "/quit"]

    /// `nil` when the line is something said. A path (`/etc/hosts is …`) is something said too.
    init?(_ line: String) {
        guard line.hasPrefix("/") else { return nil }
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true).map(String.init)
        guard let name = parts.first?.lowercased(), !name.dropFirst().contains("/") else { return nil }
        let rest = parts.count > 1 ? parts[1].trimmingSpaces : ""
        switch name {
        case "/help", "/?": self = .help
        case "/memories", "/memory": self = .memories(rest)
        case "/forget": self = .forget(rest)
        case "/why": self = .why
        case "/reminders": self = .reminders
        case "/language", "/lang": self = .language(rest)
        case "/quit", "/exit", "/bye": self = .quit
        default: self = .unknown(parts.first ?? "/")
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
