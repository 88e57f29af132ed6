/// One setting: its name, what its value may be, and the words that explain it. The table of all of them
/// (`ConfigurationKey+All.swift`) is the only place where a setting is described; parsing, `config show`, the documentation and
/// `.env.example` follow from it.
package struct ConfigurationKey: Sendable, Hashable {
    package let name: String
    package let kind: Kind
    /// As it would be written in a file; `nil` when there is none.
    package let defaultText: String?
    /// A value that could stand in a file; never a real secret.
    package let example: String
    /// One or two sentences.
    package let help: String
    package let group: Group
    /// Whether the value is the person's rather than the device's: a client sends its own to the daemon.
    package let isPersonal: Bool

    init(
        _ name: String, _ kind: Kind, default defaultText: String? = nil, example: String, group: Group,
        isPersonal: Bool = false, help: String
    ) {
        self.name = name
        self.kind = kind
        self.defaultText = defaultText
        self.example = example
        self.group = group
        self.isPersonal = isPersonal
        self.help = help
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.name == rhs.name }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
    }

    /// What a value may be.
    package enum Kind: Sendable, Hashable {
        case text
        /// A file or folder; `~/` is the home directory.
        case path
        case bool
        case integer(ClosedRange<Int>)
        case url(schemes: [String])
        /// An address, or one of the words.
        case addressOr([String], schemes: [String])
        /// Where a Redis is, with what it takes to enter.
        case redisAddress
        /// Where a peer listens that speaks a protocol of its own: `tcp://host:port` or `unix:///path`.
        case peerAddress
        /// Where a project's services are: encrypted on the way, unless the server is this machine.
        case projectAddress
        case uuid
        case timeZone
        case choice([String])
        /// Money, with a point.
        case amount
        /// What models cost.
        case prices
        /// Present (and not empty) or not; the value itself says nothing.
        case presence
        case secret
        /// A Supabase key that every device may hold; the master key is refused.
        case publicSupabaseKey
        /// A known name that must not be set on a device.
        case refused(reason: String)
    }

    /// Chapter of the documentation.
    package enum Group: String, Sendable, CaseIterable {
        case companion = "The companion"
        case supabase = "Supabase (sync)"
        case models = "Language models"
        case speech = "Speech"
        case rooms = "LiveKit (rooms)"
        case cache = "Redis (shared cache)"
        case development = "Development"
    }

    /// Whether the value must never be shown.
    package var isSecret: Bool {
        switch kind {
        case .secret, .publicSupabaseKey, .refused: true
        default: false
        }
    }
}
