import Foundation
import GRDB
@testable import LocalStore
import TestSupport

/// A person's store with short ways to put things into it and to ask it.
struct SearchStore {
    let directory: TemporaryDirectory
    let store: PersonStore
    let clock: ManualWallClock

    init() throws {
        directory = try TemporaryDirectory()
        clock = ManualWallClock("2026-11-23T12:00:00.000Z")
        store = try PersonStore.open(directory.url.appendingPathComponent("person.sqlite"), userID: .random(), clock: clock)
    }

    func remember(_ category: MemoryCategory, _ key: String, _ value: String) async throws {
        try await store.write { transaction in
            _ = try transaction.ensureProfile()
            _ = try transaction.saveMemory(
                category: category, key: MemoryKey(validating: key), value: value, provenance: Provenance(source: .said))
        }
    }

    @discardableResult
    func say(_ texts: String..., role: MessageRole = .user) async throws -> [Message] {
        try await store.write { transaction in
            _ = try transaction.ensureProfile()
            let conversation = try transaction.startConversation(channel: "terminal")
            return try texts.map {
                try transaction.appendMessage(conversationID: conversation.id, role: role, text: $0, language: nil, details: [:])
            }
        }
    }

    /// Texts found, best first; memories as "key: value".
    func find(_ text: String, filter: SearchFilter = SearchFilter(), limit: Int = 10) async throws -> [String] {
        try await find(LexicalQuery(text, filter: filter, limit: limit))
    }

    func find(_ query: LexicalQuery) async throws -> [String] {
        try await store.read { view in
            try view.lexicalMatches(query).compactMap { match in
                switch try view.searchedItem(match.reference) {
                case .memory(let memory): "\(memory.key): \(memory.value)"
                case .message(let message): message.text
                case nil: nil
                }
            }
        }
    }

}

extension PersonStore {
    /// The whole index as text: documents, the words FTS5 knows of each, vectors and totals.
    func searchIndexDump() async throws -> [String] {
        try await pool.write { db in
            try db.execute(
                sql: "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab('main', 'search_index', 'instance')")
            return try [
                "SELECT id || '|' || terms || '|' || skeleton || '|' || length FROM search_documents ORDER BY id",
                "SELECT term || '|' || doc || '|' || col || '|' || offset FROM temp.words ORDER BY 1",
                "SELECT memory_id || '|' || model || '|' || hex(vector) FROM memory_vectors ORDER BY memory_id",
                "SELECT kind || '|' || documents || '|' || length FROM search_totals ORDER BY kind",
                "SELECT 'pending ' || count(*) FROM search_pending",
            ].flatMap { try String.fetchAll(db, sql: $0) }
        }
    }
}
