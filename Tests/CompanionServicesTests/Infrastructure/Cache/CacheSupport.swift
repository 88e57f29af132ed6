import Foundation
import Synchronization
import TestSupport

@testable import CompanionServices

/// A clock for the tier in memory, set by hand.
final class ManualUptime: Sendable {
    private let time = Mutex(Duration.zero)

    func advance(by duration: Duration) { time.withLock { $0 += duration } }
    var now: Duration { time.withLock { $0 } }
}

extension RedisLink.Tuning {
    /// For tests that are not about time, on a machine that may be busy.
    static var patient: RedisLink.Tuning {
        var tuning = RedisLink.Tuning()
        tuning.answerLimit = .seconds(60)
        tuning.connectLimit = .seconds(60)
        tuning.trialLimit = .seconds(60)
        tuning.firstRest = .milliseconds(10)
        tuning.longestRest = .milliseconds(200)
        return tuning
    }
}

extension RedisCache {
    /// As another process would have it: nothing in memory yet. Without room in memory, only Redis counts.
    static func fresh(
        _ address: String, authorities: String? = nil, tuning: RedisLink.Tuning = .patient, room: Int = 2_000
    ) throws -> RedisCache {
        RedisCache(
            local: LocalCache(limits: .init(entries: room)) { .zero },
            link: RedisLink(try RedisAddress(parsing: address), authorities: authorities, tuning: tuning))
    }

    static func inMemory(_ now: @escaping @Sendable () -> Duration = { .zero }) -> RedisCache {
        RedisCache(local: LocalCache(now: now), link: nil)
    }
}

/// Looks again until it is so; the suite's time limit ends it.
func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}

extension CacheKind where Value == String {
    static var note: CacheKind { .text("note", timeToLive: .seconds(60)) }
}
