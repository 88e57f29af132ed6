import LocalStore

/// What a profile writer is given.
package struct ProfileRequest: Sendable {
    /// What the person has just said; empty when the profile is only brought up to date.
    package let input: String
    package let existing: String
    package let facts: ProfileFacts
    package let language: Language

    package init(input: String, existing: String, facts: ProfileFacts, language: Language) {
        self.input = input
        self.existing = existing
        self.facts = facts
        self.language = language
    }
}

/// Something that words a profile of three or four factual sentences, or answers ``ProfileService/nothingToSay``.
package protocol ProfileWriting: Sendable {
    func profile(for request: ProfileRequest) async throws -> String
}

/// Words a profile by rule from stored facts alone: nothing is inferred, and the same facts give the same text.
///
/// People who write Roman Urdu get the English form, whose letters their own words fit into.
package struct RuleProfileWriter: ProfileWriting {
    private let phrases: ProfilePhrases

    package init() throws(ServiceError) {
        phrases = try ServiceData.load(ProfilePhrases.self, from: "profile")
    }

    package func profile(for request: ProfileRequest) async throws -> String {
        compose(request.facts, language: request.language)
    }

    func compose(_ facts: ProfileFacts, language: Language) -> String {
        let sentences =
            switch language {
            case .urdu: UrduProfile(facts: facts, labels: phrases.urdu).sentences
            case .english, .romanUrdu: EnglishProfile(facts: facts, labels: phrases.english).sentences
            }
        guard !sentences.isEmpty else { return ProfileService.nothingToSay }
        return sentences.prefix(4).joined(separator: " ")
    }
}

/// Names of relations and of kinds of favourite things, by the words used in memory keys.
struct ProfilePhrases: Decodable, Sendable {
    struct Labels: Decodable, Sendable {
        let relations: [String: String]
        let kinds: [String: String]
    }

    let english: Labels
    let urdu: Labels

    private enum CodingKeys: String, CodingKey {
        case english = "en"
        case urdu = "ur"
    }
}

extension [String] {
    /// At most `limit`, as a list in words.
    func listed(limit: Int, comma: String, and: String) -> String {
        let items = prefix(limit)
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: comma) + and + last
    }
}
