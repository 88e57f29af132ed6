import CompanionServices
import Foundation
import LocalStore

/// Keeps what was learned about a person's pauses, in their file.
enum EndpointMemory {
    private static let key = "voice.endpoint"

    static func read(from store: PersonStore) async throws -> EndpointDelay {
        guard let text = try await store.read({ try $0.setting(key) }) else { return EndpointDelay() }
        // What cannot be read is learned again.
        return (try? JSONDecoder().decode(EndpointDelay.self, from: Data(text.utf8))) ?? EndpointDelay()
    }

    static func keep(_ delay: EndpointDelay, in store: PersonStore) async throws {
        let text = String(decoding: try JSONEncoder().encode(delay), as: UTF8.self)
        try await store.write { try $0.setSetting(key, text) }
    }
}
