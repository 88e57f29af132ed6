import Foundation
import GRDB

/// Keeps the full-text index and the memory vectors in step with the rows they describe.
enum SearchIndexer {
    /// A line of a megabyte is kept whole as a message, but only this much of it (in Unicode scalars) is searchable.
    static let indexedScalars = 20_000

    /// Indexes every row that is waiting. Called before each commit, so that a row and its index entry become durable
    /// together, and when a store is opened, for rows that other programs wrote.
    static func drain(_ db: Database) throws {
        let pending = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT kind, ref FROM search_pending ORDER BY kind, ref"))
        guard !pending.isEmpty else { return }
        for item in pending {
            guard let kind = SearchKind(rawValue: item["kind"]) else { continue }
            try index(db, kind: kind, row: item["ref"])
        }
        try db.cachedStatement(sql: "DELETE FROM search_pending").execute()
    }

    /// Throws the index away and marks every row as waiting, then indexes them.
    static func rebuild(_ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM search_documents;
                DELETE FROM memory_vectors;
                INSERT OR IGNORE INTO search_pending (kind, ref) SELECT \(SearchKind.memory.rawValue), id FROM memory;
                INSERT OR IGNORE INTO search_pending (kind, ref) SELECT \(SearchKind.message.rawValue), rid FROM messages;
                """)
        try drain(db)
        try db.execute(sql: "UPDATE search_state SET version = ?", arguments: [TextNormalizer.version])
    }

    /// Brings the index of a store that was just opened up to date: all of it if the rules of the normaliser have changed
    /// since, otherwise what is waiting.
    static func catchUp(_ db: Database) throws {
        if try Int.fetchOne(db, sql: "SELECT version FROM search_state") == TextNormalizer.version {
            try drain(db)
        } else {
            try rebuild(db)
        }
    }

    /// Removes what deleting leaves behind inside the index: FTS5 only marks deleted words until it merges its segments.
    ///
    /// Run it after erasing, then fold the WAL into the file (`checkpoint(.truncate)`, outside of the transaction).
    static func purgeDeleted(_ db: Database) throws {
        try db.execute(sql: "INSERT INTO search_index (search_index) VALUES ('optimize')")
    }

    // MARK: One row

    private static func index(_ db: Database, kind: SearchKind, row: Int64) throws {
        guard let text = try indexedText(db, kind: kind, row: row) else { return }
        let document = IndexedDocument(text)
        try db.cachedStatement(sql: "DELETE FROM search_documents WHERE id BETWEEN ? AND ?")
            .execute(arguments: [DocumentID.lowest(kind, row: row), DocumentID.lowest(kind, row: row) + 15])
        try db.cachedStatement(sql: "INSERT INTO search_documents (id, terms, skeleton, length) VALUES (?, ?, ?, ?)")
            .execute(arguments: [
                DocumentID(kind: kind, row: row, length: document.terms.count).rawValue,
                document.terms.joined(separator: " "), document.skeleton.joined(separator: " "), document.terms.count,
            ])
        guard kind == .memory else { return }
        try db.cachedStatement(sql: "UPDATE search_state SET vector_revision = vector_revision + 1").execute()
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO memory_vectors (memory_id, model, revision, vector)
                VALUES (?, ?, (SELECT vector_revision FROM search_state), ?)
                """
        )
        .execute(arguments: [row, HashEmbedder.model, HashEmbedder().embed(terms: document.terms).blob.databaseBlob])
    }

    /// A memory is found by its key as well as by its value, and by the name of its category.
    private static func indexedText(_ db: Database, kind: SearchKind, row: Int64) throws -> String? {
        switch kind {
        case .memory:
            try db.cachedStatement(sql: "SELECT category || ' ' || key || ': ' || value FROM memory WHERE id = ?")
                .fetchOneString(row)
        case .message:
            try db.cachedStatement(sql: "SELECT text FROM messages WHERE rid = ?").fetchOneString(row)
        }
    }
}

/// What the index keeps of one text.
struct IndexedDocument {
    let terms: [String]
    let skeleton: [String]

    init(_ text: String) {
        let head = String(text.unicodeScalars.prefix(SearchIndexer.indexedScalars))
        let tokens = TextNormalizer.tokens(head)
        terms = TextNormalizer.indexTerms(ofTokens: tokens)
        skeleton = TextNormalizer.skeletonTerms(ofTokens: tokens)
    }
}

extension Statement {
    fileprivate func fetchOneString(_ row: Int64) throws -> String? {
        try String.fetchOne(self, arguments: [row])
    }
}

extension [UInt8] {
    fileprivate var databaseBlob: DatabaseValue { Data(self).databaseValue }
}
