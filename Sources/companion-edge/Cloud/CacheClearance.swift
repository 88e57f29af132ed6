import CompanionServices
import LocalStore

/// People who were removed from this device, and of whom something may still stand in Redis: kept on the device until it is gone,
/// because Redis may be away for days.
enum CacheClearance {
    private static let key = "cache.clearing"

    static func waiting(in devices: DeviceStore) async throws -> [UserID] {
        let text = try await devices.setting(key) ?? ""
        return text.split(separator: " ").compactMap { try? UserID(String($0)) }
    }

    static func note(_ user: UserID, in devices: DeviceStore) async throws {
        let others = try await waiting(in: devices).filter { $0 != user }
        try await keep(others + [user], in: devices)
    }

    /// Takes those off the list of whom nothing is left.
    static func finish(in devices: DeviceStore, _ cache: RedisCache) async throws {
        let waiting = try await waiting(in: devices)
        guard !waiting.isEmpty else { return }
        try await keep(waiting.filter { !cache.isClear(of: $0) }, in: devices)
    }

    private static func keep(_ users: [UserID], in devices: DeviceStore) async throws {
        try await devices.setSetting(key, users.isEmpty ? nil : users.map(\.text).joined(separator: " "))
    }
}
