import Networking

/// One of those who may answer, the best first.
package struct LadderRung: Sendable {
    package enum Kind: String, Sendable, Hashable, Codable {
        case cloud
        case server = "local server"
    }

    package let kind: Kind
    /// The model, once it is known; nil when there is none now.
    let model: @Sendable () async -> (any LanguageModel)?
    /// Begins to find out which model it is, so that nobody has to wait for that later. Waits for nothing itself.
    let prepare: @Sendable () async -> Void
    /// Why there is none now, in a few words, where that is known.
    let absence: @Sendable () async -> String?
    /// Whether somebody named it, so that its absence is worth a word.
    let isExpected: Bool
    /// Whether there is a way to it.
    let network: any NetworkWatching

    package init(
        kind: Kind, isExpected: Bool = true, network: any NetworkWatching = AlwaysOnline(),
        prepare: @escaping @Sendable () async -> Void = {}, absence: @escaping @Sendable () async -> String? = { nil },
        model: @escaping @Sendable () async -> (any LanguageModel)?
    ) {
        self.kind = kind
        self.isExpected = isExpected
        self.network = network
        self.prepare = prepare
        self.absence = absence
        self.model = model
    }
}

/// Does what models call for.
package protocol ToolRunning: Sendable {
    /// What each call came to, in their order. Never throws: what went wrong is told to the model.
    func results(of calls: [ToolCall]) async -> [String]
}
