import Foundation
import GRDB

/// Keeps the full-text index and the memory vectors in step with the rows they describe.
enum SearchIndexer {
    /// A line of a megabyte is kept whole as a message, but only this much of it (in Unicode scalars) is searchable.
    static let indexedScalars = 20_000

    /// Rows indexed by one statement.
    private static let batch = 64

    /// Indexes every row that is waiting. Called before each commit, so that a row and its index entry become durable
    /// together, and when a store is opened, for rows that other programs wrote.
    static func drain(_ db: Database) throws {
        var last: (kind: Int, row: Int64) = (-1, 0)
        while true {
            let waiting = try Row.fetchAll(
                db.cachedStatement(sql: waitingRows), arguments: [last.kind, last.row, batch])
            guard let end = waiting.last else { break }
            last = (end[0], end[1])
            try index(db, waiting)
        }
        guard last.kind >= 0 else { return }
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
        if try Int.fetchOne(db.cachedStatement(sql: "SELECT version FROM search_state")) == TextNormalizer.version {
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

    /// More pieces than this are worth joining: a search looks every word up in each of them.
    private static let manySegments = 8
    /// Pages of four kilobytes that are joined at a time.
    private static let joinedPages = 64

    /// Whether writing has left the index in many pieces (FTS5's segments).
    static func isScattered(_ db: Database) throws -> Bool {
        let count = try Int.fetchOne(db.cachedStatement(sql: "SELECT count(DISTINCT segid) FROM search_index_idx")) ?? 0
        return count > manySegments
    }

    /// Goes on joining the pieces into one; false when there was nothing to do.
    static func joinSegments(_ db: Database) throws -> Bool {
        let before = db.totalChangesCount
        try db.cachedStatement(sql: "INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)")
            .execute(arguments: [-joinedPages])
        // The command itself counts as one change.
        return db.totalChangesCount - before > 1
    }

    // MARK: Rows

    /// What is waiting and its text, in the order of document numbers, which is how FTS5 takes documents without writing out
    /// what it gathered. A memory is found by its key as well as by its value, and by the name of its category.
    private static let waitingRows = """
        SELECT p.kind, p.ref, coalesce(m.text, f.category || ' ' || f.key || ': ' || f.value), m.role
        FROM search_pending p
        LEFT JOIN messages m ON p.kind = \(SearchKind.message.rawValue) AND m.rid = p.ref
        LEFT JOIN memory f ON p.kind = \(SearchKind.memory.rawValue) AND f.id = p.ref
        WHERE (p.kind, p.ref) > (?, ?) ORDER BY p.kind, p.ref LIMIT ?
        """

    /// One statement for all documents: at every statement that could be undone, FTS5 writes what it has gathered so far into
    /// a segment of its own, which costs more than all the rest.
    private static func index(_ db: Database, _ waiting: [Row]) throws {
        var documents: [JSONValue] = []
        var ids: [Int64] = []
        var vectors: [(row: Int64, terms: [String])] = []
        for item in waiting {
            // A row that is gone again has nothing to index.
            guard let kind = SearchKind(rawValue: item[0]), let text: String = item[2] else { continue }
            let row: Int64 = item[1]
            let document = IndexedDocument(text)
            let side: String? = item[3]
            let id = DocumentID(
                kind: kind, row: row, isPersons: side == MessageRole.user.rawValue, length: document.terms.count)
            ids.append(DocumentID.lowest(kind, row: row))
            documents.append([
                .int(id.rawValue), .string(document.terms.joined(separator: " ")),
                .string(document.skeleton.joined(separator: " ")), .int(Int64(document.terms.count)),
            ])
            if kind == .memory { vectors.append((row, document.terms)) }
        }
        guard !documents.isEmpty else { return }
        try db.cachedStatement(
            sql: """
                DELETE FROM search_documents WHERE id IN (
                    SELECT d.id FROM json_each(?) r CROSS JOIN search_documents d ON d.id BETWEEN r.value AND r.value + 15)
                """
        ).execute(arguments: [jsonList(ids)])
        try store(vectors, db)
        try db.cachedStatement(
            sql: """
                INSERT INTO search_documents (id, terms, skeleton, length)
                SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) ORDER BY key
                """
        ).execute(arguments: [JSONValue.array(documents).text])
    }

    private static func store(_ vectors: [(row: Int64, terms: [String])], _ db: Database) throws {
        guard !vectors.isEmpty else { return }
        try db.cachedStatement(sql: "UPDATE search_state SET vector_revision = vector_revision + ?")
            .execute(arguments: [vectors.count])
        let insert = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO memory_vectors (memory_id, model, revision, vector)
                VALUES (?, ?, (SELECT vector_revision FROM search_state) - ?, ?)
                """)
        for (index, vector) in vectors.enumerated() {
            let blob = Data(HashEmbedder().embed(terms: vector.terms).blob)
            try insert.execute(arguments: [vector.row, HashEmbedder.model, vectors.count - 1 - index, blob])
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
