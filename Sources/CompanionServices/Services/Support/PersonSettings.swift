import Foundation
import LocalStore

/// Names of the per-person settings that services keep in the store.
package enum PersonSetting {
    /// A ``Language``'s raw value: how to address the person, whatever they wrote last.
    package static let language = "language"
    /// The IANA name of the zone they live by.
    package static let timeZone = "time_zone"
    static let recentGreetings = "recent_greetings"
    static let profileOrigin = "profile_origin"
    /// The rules' text that a model worded the present one from.
    static let profileBasis = "profile_basis"
    static let profileVersions = "profile_versions"
    static let onboardingApplied = "onboarding_applied"
    static let modelSpending = "model_spending"
    /// A ``SpeechTrail``.
    static let speechTrail = "speech_trail"
    static let trustLedger = "trust_ledger"
    /// A ``CacheEpoch``.
    static let cacheEpoch = "cache_epoch"
    /// How often something was erased for good.
    static let erasures = "erasures"
}

extension StoreView {
    /// A setting kept as JSON. One that this version cannot read counts as absent: settings are never worth a refusal.
    func decodedSetting<T: Decodable>(_ type: T.Type, _ key: String) throws -> T? {
        guard let text = try setting(key) else { return nil }
        return try? JSONDecoder().decode(type, from: Data(text.utf8))
    }

    /// The zone the person lives by; Asia/Karachi until they say otherwise.
    package func personTimeZone() throws -> TimeZone {
        let karachi = TimeZone(identifier: "Asia/Karachi") ?? TimeZone(secondsFromGMT: 5 * 3600) ?? .gmt
        guard let identifier = try setting(PersonSetting.timeZone) else { return karachi }
        return TimeZone(identifier: identifier) ?? karachi
    }

    /// The language to address the person in: the one they chose, else the one they wrote last, else English.
    package func personLanguage() throws -> Language {
        if let chosen = try setting(PersonSetting.language).flatMap(Language.init(rawValue:)) { return chosen }
        guard let conversation = try latestConversation() else { return .english }
        let spoken = try messages(conversation: conversation.id, limit: 12).last { $0.role == .user && $0.language != nil }
        return (spoken?.language ?? conversation.language).flatMap(Language.init(rawValue:)) ?? .english
    }

    /// What to call the person: the name or nickname they gave last, else the one among the onboarding answers.
    package func personName() throws -> String? {
        let told = try memories(categories: [.fact], keys: ["full_name", "name", "nickname"]).first?.value
        let name = try told ?? unusedAnswer("FACT/full_name", \.fullName)
        let trimmed = name?.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed?.isEmpty == false ? trimmed.map(ValueWording.properName) : nil
    }

    /// The gender as the person gave it; never guessed.
    package func personGender() throws -> Gender {
        if let told = try memory(category: .fact, key: "gender")?.value { return Gender(described: told) }
        return try unusedAnswer("FACT/gender", \.gender).map(Gender.init(described:)) ?? .unknown
    }

    /// An onboarding answer that has not become a memory yet. One that has, and is no memory any more, was forgotten: it is not
    /// used behind the person's back.
    private func unusedAnswer(_ name: String, _ field: KeyPath<OnboardingDetails, String?>) throws -> String? {
        guard let details = try onboardingDetails(), let answer = details[keyPath: field] else { return nil }
        let applied = try decodedSetting([String: String].self, PersonSetting.onboardingApplied)
        return applied?[name] == nil ? answer : nil
    }
}

extension StoreTransaction {
    func encodeSetting<T: Encodable>(_ key: String, _ value: T) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try setSetting(key, String(decoding: encoder.encode(value), as: UTF8.self))
    }
}
