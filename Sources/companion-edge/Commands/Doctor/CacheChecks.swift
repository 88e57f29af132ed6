import CompanionServices
import Networking

/// Looks whether the Redis that the settings name can be used.
struct CacheChecks {
    let context: CommandContext
    let asksNetwork: Bool

    func findings() async -> [Finding] {
        let configuration = context.configuration
        guard let address = configuration.redis else {
            return [.fine("cache", "in memory only; \(ConfigurationKey.redisEnabled.name) is false")]
        }
        let cache = RedisCache(address, authorities: configuration.authorities)
        let place = address.endpoint.shown
        guard asksNetwork else { return [.fine("cache", "Redis at \(place), not asked")] }
        do throws(RedisTrouble) {
            let took = try await cache.healthCheck() ?? .zero
            return [.fine("cache", "Redis at \(place) answers in \(Int(took / .microseconds(1))) µs")]
        } catch {
            // Nobody has to have one: it is only looked for at its usual place.
            guard configuration.isSet(.redisURL) else { return [.fine("cache", "in memory only; no Redis at \(place)")] }
            return [.warning("cache", "Redis at \(place): \(error)", fix: fix(error))]
        }
    }

    private func fix(_ trouble: RedisTrouble) -> String {
        let setting = ConfigurationKey.redisURL.name
        return switch trouble {
        case .lockedOut: "Correct the user and password in \(setting); until then the device has its own cache."
        case .notRedis: "Correct \(setting)."
        case .unreachable(.untrusted): "Name the authority of its certificate in \(ConfigurationKey.authorities.name)."
        case .unreachable, .slow, .refused: "Start it, correct \(setting), or set \(ConfigurationKey.redisEnabled.name)=false."
        }
    }
}
