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

    /// For each message, those said just before and just after it in the same conversation.
    package func neighbours(ofMessages references: [SearchReference]) throws -> [SearchReference: [SearchReference]] {
        let nearest = [("<", "DESC"), (">", "ASC")].map { comparison, order in
            """
            (SELECT n.rid FROM messages n WHERE n.conversation_id = m.conversation_id AND (n.hlc, n.rid) \(comparison) (m.hlc, m.rid)
                ORDER BY n.hlc \(order), n.rid \(order) LIMIT 1)
            """
        }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT m.rid, \(nearest.joined(separator: ", ")) FROM messages m
                    WHERE m.rid IN (SELECT value FROM json_each(?))
                    """), arguments: [jsonList(references.filter { $0.kind == .message }.map(\.row))])
        var result: [SearchReference: [SearchReference]] = [:]
        while let row = try rows.next() {
            let sides: [Int64?] = [row[1], row[2]]
            result[SearchReference(.message, row: row[0])] = sides.compactMap { $0.map { SearchReference(.message, row: $0) } }
        }
        return result
    }

    /// The index terms of rows, separated by spaces; rows that are not indexed are left out.
    package func indexedTerms(_ references: some Sequence<SearchReference>) throws -> [SearchReference: String] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT d.id, d.terms FROM json_each(?) r CROSS JOIN search_documents d ON d.id BETWEEN r.value AND r.value + 15
                    """), arguments: [jsonList(references.map { DocumentID.lowest($0.kind, row: $0.row) })])
        var result: [SearchReference: String] = [:]
        while let row = try rows.next() { result[SearchReference(DocumentID(rawValue: row[0]))] = row[1] }
        return result
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

    /// For each memory, the message in which it was said.
    package func sources(ofMemories references: [SearchReference]) throws -> [SearchReference: SearchReference] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT p.memory_id, m.rid FROM memory_provenance p JOIN messages m ON m.id = p.message_id
                    WHERE p.memory_id IN (SELECT value FROM json_each(?))
                    """), arguments: [jsonList(references.filter { $0.kind == .memory }.map(\.row))])
        var result: [SearchReference: SearchReference] = [:]
        while let row = try rows.next() {
            result[SearchReference(.memory, row: row[0])] = SearchReference(.message, row: row[1])
        }
        return result
    }

    /// Those of the rows that pass a filter.
    package func allowed(_ references: [SearchReference], by filter: SearchFilter) throws -> Set<SearchReference> {
        try AllowedRows(filter: filter).passing(db, references)
    }
}
