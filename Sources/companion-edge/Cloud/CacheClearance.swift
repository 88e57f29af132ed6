import CompanionServices
import LocalStore
import Logging

/// People who were removed from this device, and of whom something may still stand in Redis: kept on the device until it is gone,
/// because Redis may be away for days.
enum CacheClearance {
    private static let key = "cache.clearing"

    static func waiting(in devices: DeviceStore, _ logger: Logger) async throws -> [UserID] {
        var users: [UserID] = []
        for text in (try await devices.setting(key) ?? "").split(separator: " ") {
            do throws(UserIDError) {
                users.append(try UserID(String(text)))
            } catch {
                // What nobody wrote here names nobody whose keys could be cleared.
                logger.warning("one of those to be cleared from Redis is no id and is left out", metadata: ["why": "\(error)"])
            }
        }
        return users
    }

    static func note(_ user: UserID, in devices: DeviceStore, _ logger: Logger) async throws {
        let others = try await waiting(in: devices, logger).filter { $0 != user }
        try await keep(others + [user], in: devices)
    }

    /// Takes those off the list of whom nothing is left.
    static func finish(in devices: DeviceStore, _ cache: RedisCache, _ logger: Logger) async throws {
        let waiting = try await waiting(in: devices, logger)
        guard !waiting.isEmpty else { return }
        try await keep(waiting.filter { !cache.isClear(of: $0) }, in: devices)
    }

    private static func keep(_ users: [UserID], in devices: DeviceStore) async throws {
        try await devices.setSetting(key, users.isEmpty ? nil : users.map(\.text).joined(separator: " "))
    }
}
