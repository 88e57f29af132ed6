import Foundation
import Glibc
import LocalStore
import TestSupport
import Testing

/// A store that a helper program writes to until it is killed.
struct CrashSite: Sendable {
    let temporary: TemporaryDirectory
    let directory: DataDirectory
    let userID: UserID

    init() throws {
        temporary = try TemporaryDirectory()
        directory = try DataDirectory(root: temporary.file("data"))
        userID = .random()
    }

    static var writer: URL { ChildProcess.companion.deletingLastPathComponent().appending(path: "store-writer") }

    var writerArguments: [String] { [directory.root.path, userID.text] }

    /// Opens what is left, looks at all of it, and says what is wrong.
    func problems(acknowledged: some Sequence<String> & Sendable) async throws -> [String] {
        try await opened { store in
            let broken = try await store.checkIntegrity(.full).problems.map(\.description)
            return try await broken
                + store.read { view in
                    var missing: [String] = []
                    let texts = try Set(view.messages(from: Timestamp(milliseconds: 0), to: .distantFuture).map(\.text))
                    let values = try Set(view.memories(categories: [.fact]).map(\.value))
                    for line in acknowledged {
                        if !texts.contains(line) { missing.append("the message '\(line)' is missing") }
                        if !texts.contains("You said: " + line) { missing.append("the answer to '\(line)' is missing") }
                        if !values.contains(line) { missing.append("the memory '\(line)' is missing") }
                    }
                    return missing
                }
        }
    }

    func reading<Value: Sendable>(_ body: @escaping @Sendable (StoreView) throws -> Value) async throws -> Value {
        try await opened { store in try await store.read(body) }
    }

    private func opened<Value>(_ body: (PersonStore) async throws -> Value) async throws -> Value {
        let lock = try await WriterLock.acquire(directory, purpose: "test", wait: .seconds(60))
        defer { lock.release() }
        let store = try PersonStore.open(in: directory, userID: userID)
        defer { try? store.close() }
        return try await body(store)
    }
}

extension Timestamp {
    static var distantFuture: Timestamp { Timestamp(milliseconds: 253_402_300_799_999) }
}

/// Does nothing for a while too short to sleep.
func spin(microseconds: Int) {
    let end = ContinuousClock.now.advanced(by: .microseconds(microseconds))
    while ContinuousClock.now < end {}
}
