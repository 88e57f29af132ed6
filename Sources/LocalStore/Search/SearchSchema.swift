/// The tables of the full-text index, as plain SQL: any program that can write SQLite may write memories and messages
/// and cannot leave the index wrong, only late.
///
/// * `search_documents`: what is indexed of each memory and message, already normalised, so that SQLite's own tokenizer
///   is all that is needed. Its id says which row it stands for and how long it is, see ``DocumentID``.
/// * `search_index`: FTS5 over those columns (external content, kept by triggers on `search_documents`).
/// * `memory_vectors`: one hashed vector a memory; `revision` grows with every write, so that a reader can follow.
/// * `search_pending`: what still has to be indexed. Triggers on `memory` and `messages` fill it; ``SearchIndexer`` empties
///   it before the commit, and at open for rows that other programs wrote.
/// * `search_totals`: how many documents of each kind there are and how long they are together, which BM25 needs.
/// * `search_state`: one row with the normaliser's version and the last revision of a vector.
enum SearchSchema {
    /// To be run in order by the migration that creates the store, after `memory` and `messages` exist.
    static let statements: [String] =
        tables + documentTriggers
        + triggers(on: "memory", id: "id", kind: .memory, indexed: ["category", "key", "value"])
        + messageTriggers + [replacingMemory]

    /// For stores whose triggers did not know yet that the index tells who said a message.
    static let renewedMessageTriggers =
        ["insert", "update", "delete"].map { "DROP TRIGGER search_messages_\($0)" } + messageTriggers

    private static let messageTriggers = triggers(on: "messages", id: "rid", kind: .message, indexed: ["text", "role"])

    private static let tables = [
        """
        CREATE TABLE search_documents (
            id INTEGER PRIMARY KEY, terms TEXT NOT NULL, skeleton TEXT NOT NULL, length INTEGER NOT NULL)
        """,
        """
        CREATE VIRTUAL TABLE search_index USING fts5(
            terms, skeleton, content='search_documents', content_rowid='id',
            tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'")
        """,
        """
        CREATE TABLE memory_vectors (
            memory_id INTEGER PRIMARY KEY, model TEXT NOT NULL, revision INTEGER NOT NULL, vector BLOB NOT NULL)
        """,
        "CREATE INDEX memory_vectors_by_revision ON memory_vectors (revision)",
        "CREATE TABLE search_pending (kind INTEGER NOT NULL, ref INTEGER NOT NULL, PRIMARY KEY (kind, ref)) WITHOUT ROWID",
        """
        CREATE TABLE search_state (
            id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, vector_revision INTEGER NOT NULL)
        """,
        "INSERT INTO search_state VALUES (1, 0, 0)",
        "CREATE TABLE search_totals (kind INTEGER PRIMARY KEY, documents INTEGER NOT NULL, length INTEGER NOT NULL)",
        "INSERT INTO search_totals VALUES (0, 0, 0), (1, 0, 0)",
        // A message whose fact was replaced or forgotten should not speak for the present.
        "CREATE INDEX memory_revisions_by_message ON memory_revisions (message_id) WHERE message_id IS NOT NULL",
    ]

    private static let documentTriggers = [
        """
        CREATE TRIGGER search_documents_insert AFTER INSERT ON search_documents BEGIN
            INSERT INTO search_index (rowid, terms, skeleton) VALUES (NEW.id, NEW.terms, NEW.skeleton);
            UPDATE search_totals SET documents = documents + 1, length = length + NEW.length
            WHERE kind = NEW.id >> \(DocumentID.kindShift);
        END
        """,
        """
        CREATE TRIGGER search_documents_delete AFTER DELETE ON search_documents BEGIN
            INSERT INTO search_index (search_index, rowid, terms, skeleton)
            VALUES ('delete', OLD.id, OLD.terms, OLD.skeleton);
            UPDATE search_totals SET documents = documents - 1, length = length - OLD.length
            WHERE kind = OLD.id >> \(DocumentID.kindShift);
        END
        """,
    ]

    /// Takes the row numbered by the SQL expression `id` out of the index and off the list of pending work.
    private static func forget(_ id: String, kind: SearchKind) -> String {
        """
        DELETE FROM search_documents WHERE id BETWEEN \(DocumentID.lowest(sql: id, kind)) AND \(DocumentID.highest(sql: id, kind));
            DELETE FROM search_pending WHERE kind = \(kind.rawValue) AND ref = \(id);
            \(kind == .memory ? "DELETE FROM memory_vectors WHERE memory_id = \(id);" : "")
        """
    }

    /// A changed or deleted row leaves the index in the same statement; a new or changed one waits in `search_pending`.
    private static func triggers(on table: String, id: String, kind: SearchKind, indexed: [String]) -> [String] {
        let remember = "INSERT OR IGNORE INTO search_pending (kind, ref) VALUES (\(kind.rawValue), NEW.\(id));"
        let changed = ([id] + indexed).map { "OLD.\($0) IS NOT NEW.\($0)" }.joined(separator: " OR ")
        return [
            """
            CREATE TRIGGER search_\(table)_insert AFTER INSERT ON \(table) BEGIN
                \(remember)
            END
            """,
            """
            CREATE TRIGGER search_\(table)_update AFTER UPDATE OF \(id), \(indexed.joined(separator: ", ")) ON \(table)
            WHEN \(changed) BEGIN
                \(forget("OLD.\(id)", kind: kind))
                \(remember)
            END
            """,
            """
            CREATE TRIGGER search_\(table)_delete AFTER DELETE ON \(table) BEGIN
                \(forget("OLD.\(id)", kind: kind))
            END
            """,
        ]
    }

    /// `INSERT OR REPLACE` by a program without `recursive_triggers` deletes a row and tells no trigger, so what is about
    /// to be written over leaves the index first.
    private static let replacingMemory: String = {
        let slot = "(SELECT id FROM memory WHERE user_id = NEW.user_id AND category = NEW.category AND key = NEW.key)"
        return """
            CREATE TRIGGER search_memory_replace BEFORE INSERT ON memory WHEN \(slot) IS NOT NULL BEGIN
                \(forget(slot, kind: .memory))
                INSERT OR IGNORE INTO search_pending (kind, ref) VALUES (\(SearchKind.memory.rawValue), \(slot));
            END
            """
    }()
}
