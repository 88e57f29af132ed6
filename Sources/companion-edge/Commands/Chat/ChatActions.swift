import CompanionServices
import LocalStore

/// Does what slash commands ask for, and says so in lines.
struct ChatActions {
    /// Lists longer than this are cut in a conversation; `memory list` shows all.
    private static let longestList = 30

    let chat: Chat

    private var companion: PersonCompanion { chat.companion }

    func perform(_ command: SlashCommand) async throws -> [String] {
        switch command {
        case .help: Self.helpLines
        case .memories(let what): try await memories(what)
        case .forget(let what): try await forget(what)
        case .why: try await why()
        case .reminders: try await reminders()
        case .language(let name): try await language(name)
        case .quit: []
        case .unknown(let name):
            [
                "There is no command \(name).\(NearestName.to(name, among: SlashCommand.names).map { " Did you mean \($0)?" } ?? "")"
            ]
                + ["/help shows all."]
        }
    }

    private static let helpLines = [
        "/memories [category or words]   what I know",
        "/forget WORDS, or CATEGORY KEY  forget something",
        "/why                            why I said the last thing",
        "/reminders                      what I will remind you of",
        "/language en|ur|ur-Latn|auto    how I speak",
        "/quit                           end the conversation (also Ctrl-D)",
    ]

    private func memories(_ what: String) async throws -> [String] {
        let found: [Memory]
        if what.isEmpty {
            found = try await companion.store.read { try $0.memories() }
        } else if let category = try? MemoryCategory(validating: what) {
            found = try await companion.store.read { try $0.memories(categories: [category]) }
        } else {
            found = try await companion.search(what, categories: [], limit: Self.longestList)
        }
        guard !found.isEmpty else { return [what.isEmpty ? "I know nothing yet." : "I know nothing about that."] }
        let left = found.count - Self.longestList
        return found.prefix(Self.longestList).map(Self.line) + (left > 0 ? ["… and \(left) more"] : [])
    }

    private func forget(_ what: String) async throws -> [String] {
        guard !what.isEmpty else { return ["What? /forget WORDS, or /forget CATEGORY KEY as /memories shows them."] }
        let parts = what.split(separator: " ").map(String.init)
        if parts.count == 2, let category = try? MemoryCategory(validating: parts[0]),
            let gone = try await companion.memories.forget(category: category, key: parts[1])
        {
            return ["Forgotten: \(Self.line(gone))"]
        }
        let found = try await companion.memories.searchMemories(matching: what)
        guard let only = found.first else { return ["I know nothing about that."] }
        guard found.count == 1 else {
            return ["Which one? Say /forget with its category and key:"] + found.prefix(Self.longestList).map(Self.line)
        }
        guard let gone = try await companion.memories.forget(category: only.category, key: only.key) else {
            return ["I know nothing about that."]
        }
        return ["Forgotten: \(Self.line(gone))"]
    }

    private func why() async throws -> [String] {
        do {
            return ExplanationLines(try await chat.session.why(), moments: chat.moments).lines
        } catch let error as ConversationError {
            return [error.description]
        }
    }

    private func reminders() async throws -> [String] {
        let pending = try await companion.store.read { try $0.reminders(states: [.pending]) }
        guard !pending.isEmpty else { return ["There are no reminders."] }
        return pending.map { "\(chat.moments.text($0.dueAt))  \(PrintableText.oneLine($0.shownText))" }
    }

    private func language(_ name: String) async throws -> [String] {
        let choices = Language.allCases.map(\.rawValue)
        if name.isEmpty {
            let now = try await companion.store.read { try $0.setting(PersonSetting.language) } ?? "auto"
            return ["The language is \(now). Choose with /language \((choices + ["auto"]).joined(separator: "|"))."]
        }
        let chosen = choices.first { $0.lowercased() == name.lowercased() }
        guard chosen != nil || name.lowercased() == "auto" else {
            return ["'\(name)' is not one of \((choices + ["auto"]).joined(separator: ", "))."]
        }
        try await companion.store.write { try $0.setSetting(PersonSetting.language, chosen) }
        return [chosen.map { "From now on: \($0)." } ?? "From now on I answer in the language you write."]
    }

    static func line(_ memory: Memory) -> String {
        PrintableText.oneLine("\(memory.category.rawValue) \(memory.key): \(memory.value)")
    }
}
