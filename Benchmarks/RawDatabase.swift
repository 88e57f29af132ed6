import ArgumentParser
import Foundation
import GRDBSQLite

/// SQLite through its C functions and nothing else: what any write must be compared with.
final class RawDatabase {
    private let handle: OpaquePointer

    init(path: String) throws {
        var handle: OpaquePointer?
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK,
            let handle
        else { throw ValidationError("SQLite cannot open \(path).") }
        self.handle = handle
        try execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;
            PRAGMA secure_delete = ON; PRAGMA busy_timeout = 5000
            """)
    }

    deinit { sqlite3_close_v2(handle) }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    /// A statement of text parameters that is prepared once; running it steps to the end and resets.
    func statement(_ sql: String) throws -> ([String]) throws -> Void {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else { throw failure() }
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        return { [self] arguments in
            for (index, text) in arguments.enumerated() { sqlite3_bind_text(prepared, Int32(index + 1), text, -1, transient) }
            defer { sqlite3_reset(prepared) }
            guard sqlite3_step(prepared) == SQLITE_DONE else { throw failure() }
        }
    }

    /// Statements run one after the other, each as often as there are arguments for it, in a transaction of their own.
    func transaction(_ statements: [String]) throws -> ([[String]]) throws -> Void {
        let begin = try statement("BEGIN IMMEDIATE")
        let steps = try statements.map(statement)
        let commit = try statement("COMMIT")
        return { arguments in
            try begin([])
            for (step, values) in zip(steps, arguments) { try step(values) }
            try commit([])
        }
    }

    private func failure() -> ValidationError { ValidationError("SQLite: " + String(cString: sqlite3_errmsg(handle))) }
}
