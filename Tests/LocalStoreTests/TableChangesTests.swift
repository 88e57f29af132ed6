import Foundation
import GRDB
import TestSupport
import Testing

@testable import LocalStore

@Suite struct TableChangesTests {
    private let directory: TemporaryDirectory
    private let store: PersonStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try PersonStore.open(directory.file("person.sqlite"), userID: .random())
    }

    /// Which of these tables count as changed by what `body` does.
    private func changed(_ tables: String..., by body: () async throws -> Void) async rethrows -> [String] {
        let before = tables.map { store.changes(of: [$0]) }
        try await body()
        return zip(tables, before).filter { store.changes(of: [$0]) != $1 }.map(\.0)
    }

    @Test("a commit counts for the tables that it writes, those behind triggers and without row ids too, and for no others")
    func tables() async throws {
        let touched = try await changed("profiles", "user_profiles", "outbox", "memory", "settings") {
            try await store.write { transaction in
                _ = try transaction.ensureProfile()
                try transaction.setSetting("a", "b")
            }
        }
        #expect(touched == ["profiles", "outbox", "settings"])
    }

    @Test("what goes along with a row that is deleted counts")
    func cascade() async throws {
        try await store.write { transaction in
            _ = try transaction.ensureProfile()
            _ = try transaction.saveUserProfile("text")
        }
        let touched = try await changed("user_profiles", "conversations") {
            try await store.write { try $0.db.execute(sql: "DELETE FROM profiles") }
        }
        #expect(touched == ["user_profiles"])
        #expect(try await store.read { try $0.userProfile() } == nil)
    }

    @Test("what was rolled back does not count, and another program's write counts for everything, even before the first of ours")
    func others() async throws {
        struct Trouble: Error {}
        let none = await changed("settings") {
            await #expect(throws: Trouble.self) {
                try await store.write { transaction in
                    try transaction.setSetting("a", "b")
                    throw Trouble()
                }
            }
        }
        #expect(none.isEmpty)
        let all = try await changed("settings", "memory") {
            let ended = try await ChildProcess.run(
                URL(filePath: "/usr/bin/sqlite3"), [store.file.path, "INSERT INTO settings VALUES ('x', 'y')"])
            #expect(ended.status == 0, "\(ended.errors)")
            try await store.write { _ in }
        }
        #expect(all == ["settings", "memory"])
    }
}
