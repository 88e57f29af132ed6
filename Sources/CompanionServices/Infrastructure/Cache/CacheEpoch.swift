import Foundation
import LocalStore

/// Under which name a person's values stand in Redis at the moment.
///
/// When something is forgotten, corrected or erased the name changes, in the person's own file. What was cached under the old one is
/// found by nobody any more, whether Redis can be reached just then or not, and is deleted there as soon as it can.
struct CacheEpoch: Sendable, Codable, Equatable {
    /// A name that was left, and is to be cleared.
    struct Retired: Sendable, Codable, Equatable {
        let token: String
        let at: Timestamp
    }

    /// More would be cleared one by one; then everything of the person is cleared at once.
    static let retiredLimit = 32
    /// After this many seconds nothing of an old name can be left: no kind is kept for longer.
    static let longestLife = 30 * 86_400.0

    let token: String
    /// What of the file it belongs to.
    let mark: String
    var retired: [Retired]

    /// All that is kept under a token; or of the person, for `*`.
    static func pattern(_ user: UserID, token: String) -> String {
        token == "*" ? "user:\(user.text):*" : "user:\(user.text):\(token):*"
    }

    static func freshToken() -> String {
        "e" + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}

extension StoreView {
    /// Another whenever something was forgotten, corrected or erased.
    func cacheMark() throws -> String {
        "\(try revisionMark()).\(try setting(PersonSetting.erasures) ?? "0")"
    }
}

extension StoreTransaction {
    func noteErasure() throws {
        let count = try view.setting(PersonSetting.erasures).flatMap { Int($0) } ?? 0
        try setSetting(PersonSetting.erasures, "\(count + 1)")
    }

    /// The epoch that fits the file as it is now. Names for which `isGone` holds need no clearing any more.
    func cacheEpoch(isGone: (String) -> Bool) throws -> CacheEpoch {
        let mark = try view.cacheMark()
        let kept = try view.decodedSetting(CacheEpoch.self, PersonSetting.cacheEpoch)
        let oldest = now.advanced(by: -CacheEpoch.longestLife)
        var retired = (kept?.retired ?? []).filter { $0.at > oldest && !isGone($0.token) }
        var epoch: CacheEpoch
        if let kept, kept.mark == mark {
            epoch = kept
        } else {
            if let kept { retired.append(.init(token: kept.token, at: now)) }
            epoch = CacheEpoch(token: CacheEpoch.freshToken(), mark: mark, retired: [])
        }
        if retired.count > CacheEpoch.retiredLimit {
            // All names at once, and so a new one for now as well.
            retired = [.init(token: "*", at: now)]
            epoch = CacheEpoch(token: CacheEpoch.freshToken(), mark: mark, retired: [])
        }
        epoch.retired = retired
        if epoch != kept { try encodeSetting(PersonSetting.cacheEpoch, epoch) }
        return epoch
    }
}
