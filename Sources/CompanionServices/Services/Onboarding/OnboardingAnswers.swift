import LocalStore

/// What a person fills in when first asked. Everything is optional; nil leaves what is there.
package struct OnboardingAnswers: Sendable, Hashable {
    /// Longest single answer, in characters.
    package static let maximumLength = 200
    package static let maximumInterests = 50

    package let fullName: String?
    package let gender: String?
    package let occupation: String?
    package let interests: [String]?

    /// Cleans the answers; blank ones count as not given. Fails with `.invalidInput` on one that is too long.
    package init(
        fullName: String? = nil, gender: String? = nil, occupation: String? = nil, interests: [String]? = nil
    ) throws(ServiceError) {
        self.fullName = try Self.clean(fullName, "full name")
        self.gender = try Self.clean(gender, "gender")
        self.occupation = try Self.clean(occupation, "occupation")
        var list: [String] = []
        for interest in interests ?? [] {
            guard let item = try Self.clean(interest, "interest"), !list.contains(item) else { continue }
            list.append(item)
        }
        guard list.count <= Self.maximumInterests else {
            throw ServiceError(.invalidInput, "\(list.count) interests are too many; name at most \(Self.maximumInterests)")
        }
        self.interests = list.isEmpty ? nil : list
    }

    /// Interests as one text, separated by commas of either script.
    package init(
        fullName: String? = nil, gender: String? = nil, occupation: String? = nil, interestList: String
    ) throws(ServiceError) {
        try self.init(
            fullName: fullName, gender: gender, occupation: occupation, interests: Self.interests(in: interestList))
    }

    /// The items of a comma-separated text, trimmed, without blanks.
    package static func interests(in text: String) -> [String] {
        text.split(whereSeparator: { ",،\n".contains($0) }).map { MemoryInput.clean(String($0)) }.filter { !$0.isEmpty }
    }

    private static func clean(_ text: String?, _ name: String) throws(ServiceError) -> String? {
        guard let cleaned = text.map(MemoryInput.clean), !cleaned.isEmpty else { return nil }
        guard cleaned.count <= maximumLength else {
            throw ServiceError(
                .invalidInput, "the \(name) has \(cleaned.count) characters; at most \(maximumLength) are kept")
        }
        return cleaned
    }
}

/// What initialising from the answers did.
package struct OnboardingResult: Sendable {
    package let details: OnboardingDetails
    /// The memories written this time; empty when there was nothing new.
    package let memories: [Memory]
    package let hasProfile: Bool
}
