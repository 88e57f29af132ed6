import Foundation
import LocalStore
import Networking
import Synchronization

/// One person's part of the cache.
///
/// Keys are the cloud companion's, `user:{id}:…`. What is made from the person's rows is kept in memory only, and only as long as
/// nothing was written to the tables they are in: the file is the truth, and gives it in some microseconds. What is asked of a service is kept in Redis too,
/// under a name that changes whenever something is forgotten or corrected (``CacheEpoch``).
package final class PersonCache: Sendable {
    private struct Known {
        /// The store's commits when this was read.
        var commits = -1
        var token: String?
        var isOpen = false
    }

    package let cache: RedisCache
    private let store: PersonStore
    private let known = Mutex(Known())
    /// Counts of the store begin anew with every opening, while the cache may live on.
    private let origin = Int(UInt32.random(in: 0 ... .max)) << 31

    package init(_ cache: RedisCache, store: PersonStore) {
        self.cache = cache
        self.store = store
    }

    /// What `make` makes from the person's rows, not made again until something is written where they are.
    func fromRows<Value>(
        _ kind: CacheKind<Value>, make: () async throws(ServiceError) -> Value
    ) async throws(ServiceError) -> Value {
        let stamp = origin + (kind.tables.map { store.changes(of: $0) } ?? store.writeStatistics.commits)
        let key = "user:\(store.userID.text):\(kind.name)"
        if let value = await cache.get(key, as: kind, stamp: stamp) { return value }
        let value = try await make()
        cache.put(value, for: key, as: kind, stamp: stamp)
        return value
    }

    /// What a service said about something, for those who ask it: nil when it has to be asked.
    ///
    /// - Parameter content: what it was asked, such as ``name(of:_:)`` gives.
    package func answer<Value>(to content: String, _ kind: CacheKind<Value>) async -> Value? {
        guard let key = await key(kind.name, content) else { return nil }
        return await cache.get(key, as: kind)
    }

    /// Several at once.
    package func answers<Value>(to contents: [String], _ kind: CacheKind<Value>) async -> [Value?] {
        guard let token = await token() else { return contents.map { _ in nil } }
        return await cache.get(contents.map { key(token, kind.name, $0) }, as: kind)
    }

    /// Keeps what a service said. Left out when something was forgotten or corrected since `epoch` was asked for: the answer may
    /// have been made from that.
    package func keep<Value>(_ answer: Value, to content: String, _ kind: CacheKind<Value>, since epoch: String?) async {
        guard let epoch, await token() == epoch else { return }
        cache.put(answer, for: key(epoch, kind.name, content), as: kind)
    }

    /// Under which name values are kept at the moment, for ``keep(_:to:_:since:)``; nil when the person's file cannot tell.
    package func epoch() async -> String? { await token() }

    /// A name for what a service is asked, from which it cannot be read: a digest of all parts.
    package static func name(of parts: Data...) -> String {
        var all = Data()
        for part in parts {
            // With its length, so that no two lists of parts look the same.
            all += Data("\(part.count):".utf8) + part
        }
        return Digest.sha256(all).prefix(20).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Clears everything of this person, in both tiers.
    @discardableResult
    package func clear() -> Int { cache.clear(user: store.userID) }

    // MARK: The name

    private func key(_ kind: String, _ content: String) async -> String? {
        await token().map { key($0, kind, content) }
    }

    private func key(_ token: String, _ kind: String, _ content: String) -> String {
        "user:\(store.userID.text):\(token):\(kind):\(content)"
    }

    private func token() async -> String? {
        let commits = store.writeStatistics.commits
        let (remembered, isOpen) = known.withLock { ($0.commits == commits ? $0.token : nil, $0.isOpen) }
        if let remembered { return remembered }
        let (user, cache) = (store.userID, cache)
        do {
            let found = try await store.read {
                (try $0.decodedSetting(CacheEpoch.self, PersonSetting.cacheEpoch), try $0.cacheMark())
            }
            let isGone = { @Sendable (token: String) in cache.isGone(pattern: CacheEpoch.pattern(user, token: token)) }
            var epoch = found.0
            if epoch?.mark != found.1 || epoch?.retired.contains(where: { isGone($0.token) }) == true {
                let before = epoch?.retired ?? []
                let renewed = try await store.write { try $0.cacheEpoch(isGone: isGone) }
                for retired in renewed.retired where !before.contains(retired) {
                    cache.invalidate(pattern: CacheEpoch.pattern(user, token: retired.token))
                }
                epoch = renewed
            }
            if !isOpen {
                // What an earlier process could not clear.
                for retired in epoch?.retired ?? [] { cache.invalidate(pattern: CacheEpoch.pattern(user, token: retired.token)) }
            }
            known.withLock { known in
                known.commits = commits
                known.token = epoch?.token
                known.isOpen = true
            }
            return epoch?.token
        } catch {
            // Without its file there is nothing to cache for this person.
            return nil
        }
    }
}

extension RedisCache {
    /// Clears everything of a person, in memory now and in Redis as soon as there is one; says how much went from memory.
    @discardableResult
    package func clear(user: UserID) -> Int { invalidate(pattern: CacheEpoch.pattern(user, token: "*")) }

    /// Whether nothing of a person is left in Redis since ``clear(user:)``.
    package func isClear(of user: UserID) -> Bool { isGone(pattern: CacheEpoch.pattern(user, token: "*")) }
}

// MARK: What is cached

extension CacheKind where Value == String {
    static var profile: CacheKind { .local("profile", timeToLive: .seconds(3600), tables: ["user_profiles"]) { $0.utf8.count } }
    /// What was said in a piece of sound; the content's name has the sound, the language and the model in it.
    package static var transcription: CacheKind { .text("transcription", timeToLive: .seconds(86_400)) }
}

extension CacheKind where Value == StageState {
    /// The ledger of trust, which lies among the settings, is written together with the row or not at all.
    static var conversationState: CacheKind {
        .local("conversation_state", timeToLive: .seconds(300), tables: ["conversation_state"]) { _ in 600 }
    }
}

extension CacheKind where Value == Greeting {
    /// In the person's language, for nil.
    static func greeting(_ language: Language?) -> CacheKind {
        .local("simple_greeting\(language.map { ":" + $0.rawValue } ?? "")", timeToLive: .seconds(120)) {
            $0.text.utf8.count + 200
        }
    }
}

extension CacheKind where Value == [Float] {
    package static var embedding: CacheKind { .vector("embedding", timeToLive: .seconds(CacheEpoch.longestLife)) }
}
