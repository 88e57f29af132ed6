import GRDB
import LocalStore

/// Does on a seat what a person does, through the store's own functions where they make no ids of their own.
struct LocalWriter {
    /// A write that ends in an error: its transaction must leave nothing.
    struct GivenUp: Error {}

    /// What is appended makes the database refuse the text.
    static let poison = "\u{1}"

    let seat: Int
    let person: Int
    /// Different for every write of a run, so that every value tells where it came from.
    let ordinal: Int
    let transaction: StoreTransaction
    let db: Database
    let sources: SimulatedSources

    /// Every text a person writes begins with a mark that is theirs alone.
    static func mark(person: Int) -> String { "person\(person)." }

    /// Which write of the run a text comes from, and on which seat; nil for a text that nobody wrote on one.
    static func place(of text: String) -> (seat: Int, ordinal: Int)? {
        let parts = text.split(separator: ".")
        guard parts.count == 3, parts[0].hasPrefix("person"), parts[1].hasPrefix("seat") else { return nil }
        guard let seat = Int(parts[1].dropFirst(4)), let ordinal = Int(parts[2]) else { return nil }
        return (seat, ordinal)
    }

    private var value: String { "\(Self.mark(person: person))seat\(seat).\(ordinal)" }

    func perform(_ write: LocalWrite, diary: inout Diary) throws {
        switch write {
        case .remember(let key, let isShared): try remember(name(key, isShared), &diary)
        case .forget(let key, let isShared): try forget(name(key, isShared), &diary)
        case .say: try say(&diary)
        case .deleteMessage(let choice):
            guard let id = try one(of: "SELECT id FROM messages ORDER BY id", choice) else { return }
            try db.cachedStatement(sql: "DELETE FROM messages WHERE id = ?")
                .execute(arguments: [id])
            diary.deletedMessages.insert(id)
        case .profile: _ = try transaction.saveUserProfile(value)
        case .onboarding(let field): try onboarding(field)
        case .remind: try remind()
        case .changeReminder(let choice):
            guard let id = try one(of: "SELECT id FROM reminders ORDER BY id", choice),
                var reminder = try transaction.view.reminder(id: id)
            else { return }
            reminder.text = value
            try transaction.updateReminder(reminder)
        case .deleteReminder(let choice):
            guard let id = try one(of: "SELECT id FROM reminders ORDER BY id", choice) else { return }
            try db.cachedStatement(sql: "DELETE FROM reminders WHERE id = ?")
                .execute(arguments: [id])
        case .rolledBack(let key):
            try save(name(key, false))
            throw GivenUp()
        case .poison:
            try save("poison\(ordinal)", Self.poison + value)
            diary.refused.append(Self.poison + value)
        case .refused:
            _ = try transaction.ensureProfile()
            try db.cachedStatement(sql: "INSERT INTO memory (user_id, category, key, value) VALUES (?, 'FACT', ?, ?)")
                .execute(arguments: [transaction.userID.text, "user_input_\(ordinal)", value])
            diary.refused.append(value)
        case .trust, .stage, .summary, .partOfSummary: try changeState(write)
        }
    }

    private func name(_ key: Int, _ isShared: Bool) -> String { isShared ? "shared\(key)" : "private\(seat)_\(key)" }

    private func remember(_ key: String, _ diary: inout Diary) throws {
        try save(key)
        if key.hasPrefix("private") { diary.privateMemories[key] = .some(value) }
    }

    private func save(_ key: String, _ text: String? = nil) throws {
        _ = try transaction.saveMemory(
            category: MemoryCategory(rawValue: "FACT"), key: MemoryKey(validating: key), value: text ?? value,
            provenance: Provenance(source: .said))
    }

    private func forget(_ key: String, _ diary: inout Diary) throws {
        guard try transaction.forgetMemory(category: MemoryCategory(rawValue: "FACT"), key: key) != nil else { return }
        if key.hasPrefix("private") { diary.privateMemories[key] = .some(nil) }
    }

    private func say(_ diary: inout Diary) throws {
        _ = try transaction.ensureProfile()
        let conversation: String
        if ordinal % 3 > 0,
            let open = try String.fetchOne(
                db.cachedStatement(sql: "SELECT max(id) FROM conversations WHERE ended_at IS NULL"))
        {
            conversation = open
        } else {
            conversation = makeID()
            try db.cachedStatement(
                sql: "INSERT INTO conversations (id, user_id, channel, started_at) VALUES (?, ?, 'terminal', ?)"
            )
            .execute(arguments: [conversation, transaction.userID.text, transaction.now])
        }
        let id = makeID()
        try db.cachedStatement(
            sql: """
                INSERT INTO messages (id, conversation_id, user_id, role, text, created_at, hlc) VALUES (?, ?, ?, 'user', ?, ?, ?)
                """
        )
        .execute(arguments: [
            id, conversation, transaction.userID.text, value, transaction.now,
            try transaction.view.lastHybridTime().next(at: transaction.now).rawValue,
        ])
        diary.messages.insert(id)
    }

    private func onboarding(_ field: Int) throws {
        _ = try transaction.ensureProfile()
        let column = ["full_name", "gender", "occupation", "interests"][field]
        let text = field == 3 ? JSONValue.array([.string(value)]).text : value
        try db.cachedStatement(
            sql: """
                INSERT INTO onboarding_details (user_id, id, \(column), created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
                ON CONFLICT (user_id) DO UPDATE SET \(column) = ?3, updated_at = ?4
                """
        )
        .execute(arguments: [transaction.userID.text, makeID(), text, transaction.now])
    }

    private func remind() throws {
        _ = try transaction.ensureProfile()
        try db.cachedStatement(
            sql: """
                INSERT INTO reminders (id, user_id, kind, text, due_at, time_zone, created_at) VALUES (?, ?, 'reminder', ?, ?, 'UTC', ?)
                """
        )
        .execute(arguments: [makeID(), transaction.userID.text, value, transaction.now.advanced(by: 3600), transaction.now])
    }

    private func changeState(_ write: LocalWrite) throws {
        var state = try transaction.view.conversationState() ?? ConversationState(newFor: transaction.userID, at: transaction.now)
        switch write {
        case .trust(let tenths): state.trustScore += Double(tenths) / 10
        case .stage:
            let next = ["ORIENTATION", "ENGAGEMENT", "GUIDANCE"][ordinal % 3]
            state.stageHistory.append(
                StageChange(from: state.stage, to: next, timestamp: transaction.now, trustScore: Double(ordinal)))
            state.stage = next
        case .partOfSummary: state.lastSummary = value
        default:
            state.lastSummary = value
            state.lastTopics = [value]
            state.lastUserMessage = value
            state.lastAssistantMessage = value
            state.lastConversationAt = transaction.now
        }
        try transaction.saveConversationState(state)
    }

    private func one(of query: String, _ choice: Int) throws -> String? {
        let ids = try String.fetchAll(db.cachedStatement(sql: query))
        return ids.isEmpty ? nil : ids[choice % ids.count]
    }

    /// A version-7 UUID of the simulation's own time and chance.
    private func makeID() -> String {
        let time = UInt64(clamping: transaction.now.milliseconds) & 0xFFFF_FFFF_FFFF
        let words = [time << 16 | 0x7000 | sources.random() & 0x0FFF, sources.random() & 0x3FFF_FFFF_FFFF_FFFF | 1 << 63]
        let hex = Array(words.map { String(repeating: "0", count: $0.leadingZeroBitCount / 4) + String($0, radix: 16) }.joined())
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(hex[$0]) }.joined(separator: "-")
    }
}
