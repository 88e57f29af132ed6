import Foundation
import GRDB
import TestSupport
import Testing

@testable import LocalStore

@Suite struct SearchErasureTests {
    /// Words that nothing else contains, so that every byte of them counts.
    private static let secrets = (0..<20).map { "zqxjwort\(String($0, radix: 36))vk" }

    @Test("After erasing, neither the file nor its log holds a byte of the text or its index terms")
    func leavesNoBytes() async throws {
        let store = try SearchStore()
        for (index, secret) in Self.secrets.enumerated() {
            try await store.remember(.fact, "secret_\(index)", "my secret is \(secret)")
            try await store.remember(.fact, "open_\(index)", "nothing to hide number \(index)")
        }
        #expect(try copies(in: store) > 0)
        for index in Self.secrets.indices {
            _ = try await store.store.write { try $0.eraseMemory(category: .fact, key: "secret_\(index)") }
        }
        // What waits to be synced is the sync's to forget; here only the store and its index are asked.
        try await store.store.write { try $0.db.execute(sql: "DELETE FROM outbox") }
        #expect(try await store.store.purgeErasedText())
        #expect(try copies(in: store) == 0)
        #expect(try await store.find("nothing hide", limit: 50).count == Self.secrets.count)
        #expect(try await store.find("secret \(Self.secrets[3])").isEmpty)
    }

    private func copies(in store: SearchStore) throws -> Int {
        try ["", "-wal"].reduce(0) { count, suffix in
            let path = store.store.file.path + suffix
            guard FileManager.default.fileExists(atPath: path) else { return count }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            // Index pages share prefixes between words, so the part that all secrets end in tells them best.
            return count + ["zqxjwort", "wort"].reduce(0) { $0 + occurrences(of: $1, in: bytes) }
        }
    }

    private func occurrences(of text: String, in bytes: Data) -> Int {
        let pattern = Data(text.utf8)
        var count = 0
        var from = bytes.startIndex
        while let range = bytes.range(of: pattern, in: from..<bytes.endIndex) {
            count += 1
            from = range.upperBound
        }
        return count
    }
}
