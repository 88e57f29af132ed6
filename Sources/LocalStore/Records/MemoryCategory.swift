/// What kind of thing a memory is.
///
/// An open set: rows that another program wrote keep whatever category they have. New rows go through
/// ``init(validating:)``, which knows the nine categories offered to the model, `GENERAL`, and three that old data uses.
package struct MemoryCategory: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let fact = Self(rawValue: "FACT")
    package static let preference = Self(rawValue: "PREFERENCE")
    package static let interest = Self(rawValue: "INTEREST")
    package static let goal = Self(rawValue: "GOAL")
    package static let relationship = Self(rawValue: "RELATIONSHIP")
    package static let experience = Self(rawValue: "EXPERIENCE")
    package static let plan = Self(rawValue: "PLAN")
    package static let opinion = Self(rawValue: "OPINION")
    package static let state = Self(rawValue: "STATE")
    package static let general = Self(rawValue: "GENERAL")
    package static let presentation = Self(rawValue: "PRESENTATION")
    package static let campaigns = Self(rawValue: "CAMPAIGNS")
    package static let lore = Self(rawValue: "LORE")

    /// The categories a new memory may have, in the order they are offered.
    package static let known: [MemoryCategory] = [
        .fact, .preference, .interest, .goal, .relationship, .experience, .plan, .opinion, .state, .general, .presentation,
        .campaigns, .lore,
    ]

    /// A category for a new memory, whatever the letter case.
    package init(validating text: String) throws(MemoryInputError) {
        let candidate = Self(rawValue: text.uppercased())
        guard Self.known.contains(candidate) else { throw .unknownCategory(text) }
        self = candidate
    }
}

extension MemoryCategory: CustomStringConvertible {
    package var description: String { rawValue }
}
