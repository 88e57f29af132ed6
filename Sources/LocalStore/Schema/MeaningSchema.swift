import GRDB

/// What migration 0006 adds: vectors that a service made of memories, beside the hashed ones.
///
/// `rid` rises with every vector written, so that a reader can follow. A memory that changes or goes takes its vector with it,
/// whoever writes; what is missing then is made anew in the background. Nothing of this travels.
enum MeaningSchema {
    static func migrate(_ db: Database) throws {
        for statement in statements { try db.execute(sql: statement) }
    }

    private static let slot = "(SELECT id FROM memory WHERE user_id = NEW.user_id AND category = NEW.category AND key = NEW.key)"

    private static let statements = [
        """
        CREATE TABLE meaning_vectors (
            rid INTEGER PRIMARY KEY AUTOINCREMENT, memory_id INTEGER NOT NULL UNIQUE, model TEXT NOT NULL, vector BLOB NOT NULL)
        """,
        "CREATE INDEX meaning_vectors_by_model ON meaning_vectors (model)",
        """
        CREATE TRIGGER meaning_memory_update AFTER UPDATE OF id, key, value ON memory
        WHEN OLD.id IS NOT NEW.id OR OLD.key IS NOT NEW.key OR OLD.value IS NOT NEW.value BEGIN
            DELETE FROM meaning_vectors WHERE memory_id = OLD.id;
        END
        """,
        """
        CREATE TRIGGER meaning_memory_delete AFTER DELETE ON memory BEGIN
            DELETE FROM meaning_vectors WHERE memory_id = OLD.id;
        END
        """,
        // A program without `recursive_triggers` replaces a row and tells no trigger that it is gone.
        """
        CREATE TRIGGER meaning_memory_replace BEFORE INSERT ON memory WHEN \(slot) IS NOT NULL BEGIN
            DELETE FROM meaning_vectors WHERE memory_id = \(slot);
        END
        """,
    ]
}
