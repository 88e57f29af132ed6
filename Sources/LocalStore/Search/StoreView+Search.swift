import GRDB

/// A row found by searching, with what ranking and telling why need of it.
package enum SearchedItem: Sendable, Hashable {
    case memory(Memory)
    case message(Message)
}

extension StoreView {
    /// Full-text search over memories and messages, best first.
    package func lexicalMatches(_ query: LexicalQuery) throws -> [LexicalMatch] {
        try lexicalSearch(query).matches
    }

    package func lexicalSearch(_ query: LexicalQuery) throws -> LexicalResult {
        try LexicalSearch(db, query: query).run()
    }

    /// The row itself; nil when it is gone.
    package func searchedItem(_ reference: SearchReference) throws -> SearchedItem? {
        switch reference.kind {
        case .memory:
            try Memory.fetchOne(
                db.cachedStatement(sql: Memory.selection + " WHERE m.id = ?"), arguments: [reference.row]
            ).map(SearchedItem.memory)
        case .message:
            try Message.fetchOne(
                db.cachedStatement(sql: "SELECT * FROM messages WHERE rid = ?"), arguments: [reference.row]
            ).map(SearchedItem.message)
        }
    }

    /// The message with this id.
    package func searchReference(message id: String) throws -> SearchReference? {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT rid FROM messages WHERE id = ?"), arguments: [id])
            .map { SearchReference(.message, row: $0) }
    }

    /// The messages said just before and just after in the same conversation.
    package func neighbours(ofMessage reference: SearchReference) throws -> [SearchReference] {
        guard reference.kind == .message else { return [] }
        let directions = [("<", "DESC"), (">", "ASC")]
        return try directions.compactMap { comparison, order in
            try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT n.rid FROM messages m JOIN messages n ON n.conversation_id = m.conversation_id
                        WHERE m.rid = ? AND (n.hlc, n.rid) \(comparison) (m.hlc, m.rid)
                        ORDER BY n.hlc \(order), n.rid \(order) LIMIT 1
                        """), arguments: [reference.row]
            ).map { SearchReference(.message, row: $0) }
        }
    }

    /// The index terms of a row, separated by spaces; nil when it is not indexed.
    package func indexedTerms(_ reference: SearchReference) throws -> String? {
        let lowest = DocumentID.lowest(reference.kind, row: reference.row)
        return try String.fetchOne(
            db.cachedStatement(sql: "SELECT terms FROM search_documents WHERE id BETWEEN ? AND ?"),
            arguments: [lowest, lowest + 15])
    }

    /// Why what was said in a message no longer holds; nil when nothing of it was replaced or forgotten, or when something
    /// else that was said in it still holds.
    package func supersession(ofMessage id: String) throws -> RevisionReason? {
        try String.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT reason FROM memory_revisions WHERE message_id = ?1
                    AND NOT EXISTS (SELECT 1 FROM memory_provenance WHERE message_id = ?1)
                    ORDER BY reason = 'forgotten' DESC, valid_to DESC LIMIT 1
                    """), arguments: [id]
        ).map(RevisionReason.init(rawValue:))
    }

    /// The message in which a memory was said.
    package func searchReference(sourceOf memory: SearchReference) throws -> SearchReference? {
        guard memory.kind == .memory else { return nil }
        return try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT m.rid FROM memory_provenance p JOIN messages m ON m.id = p.message_id WHERE p.memory_id = ?
                    """), arguments: [memory.row]
        ).map { SearchReference(.message, row: $0) }
    }

    /// Whether a row passes a filter.
    package func isAllowed(_ reference: SearchReference, by filter: SearchFilter) throws -> Bool {
        try AllowedRows(filter: filter).contains(db, reference)
    }
}
