import LocalStore

/// How a question changes on its way down the ladder.
extension ChatRequest {
    /// About how many tokens a model has to read.
    var estimatedTokens: Int {
        let texts = messages.map { message in
            switch message {
            case .system(let text), .user(let text), .assistant(let text), .result(_, let text): text
            case .calls(let text, let calls): text + calls.map { $0.name + $0.arguments }.joined()
            }
        }
        let functions = tools.map { $0.name + $0.purpose + $0.parameters.text }
        return (texts + functions).reduce(0) { $0 + TokenEstimate.tokens(in: $1) }
    }

    /// The same for a model that has to go on with what another said.
    func continuing(_ said: String) -> ChatRequest {
        var request = self
        request.messages += [
            .assistant(said),
            .user(
                "(Your last message broke off where it ends now. Go on with exactly the next words. Repeat nothing of it, and add "
                    + "at most two sentences.)"),
        ]
        // Whatever was to be stored was asked for before the first words.
        request.tools = []
        return request
    }

    /// Whether there is something before the last words of the person that could be left out.
    var canBeShorter: Bool { messages.count { !$0.isSystem } > 2 }

    /// Without the older half of the conversation.
    var shortened: ChatRequest {
        var request = self
        let spoken = messages.indices.filter { !messages[$0].isSystem }
        let dropped = Set(spoken.dropLast(1).prefix(max(1, spoken.count / 2)))
        request.messages = messages.indices.filter { !dropped.contains($0) }.map { messages[$0] }
        return request
    }
}

extension ChatMessage {
    fileprivate var isSystem: Bool {
        if case .system = self { true } else { false }
    }
}
