import Foundation
import LocalStore

/// What the companion knows about wording and asking that is the same in every language; from `dialogue.json`.
struct DialogueRules: Decodable, Sendable {
    /// How the values of some keys are spoken of.
    struct Fact: Decodable, Sendable {
        /// `CATEGORY/key`, with `*` for any run of characters.
        let slot: String
        /// The phrases are `fact.<wording>.say`, `.noun`, and where they exist `.ask`, `.ack` and `.changed`.
        let wording: String
        /// The first `*` is the person it is about.
        let isAboutPerson: Bool
        /// A new value is the normal course of things and no contradiction.
        let changesQuietly: Bool
        /// The paragraph of "what do you know about me" it belongs to.
        let theme: String
        /// What may be asked next, best first: slots (`RELATIONSHIP/*_occupation`) or questions without one (`ask.…`).
        let next: [String]

        private enum CodingKeys: String, CodingKey { case slot, wording, person, quiet, theme, next }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            slot = try container.decode(String.self, forKey: .slot)
            wording = try container.decode(String.self, forKey: .wording)
            isAboutPerson = try container.decodeIfPresent(Bool.self, forKey: .person) ?? false
            changesQuietly = try container.decodeIfPresent(Bool.self, forKey: .quiet) ?? false
            theme = try container.decode(String.self, forKey: .theme)
            next = try container.decodeIfPresent([String].self, forKey: .next) ?? []
        }
    }

    /// A kinship or role: how it is named in each language, seen from the person spoken to.
    struct Relation: Decodable, Sendable {
        let en: String
        /// Direct and oblique form with its possessive: "آپ کا بیٹا", "آپ کے بیٹے".
        let ur: [String]
        let roman: [String]
        let gender: Gender
        /// Spoken of in the respectful plural.
        let isRespected: Bool

        private enum CodingKeys: String, CodingKey { case en, ur, roman, gender, familiar }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            en = try container.decode(String.self, forKey: .en)
            ur = try container.decode([String].self, forKey: .ur)
            roman = try container.decode([String].self, forKey: .roman)
            gender = try container.decode(Gender.self, forKey: .gender)
            isRespected = !(try container.decodeIfPresent(Bool.self, forKey: .familiar) ?? false)
        }
    }

    /// Slots asked about when a conversation has room, in order.
    let basics: [String]
    /// First match counts.
    let facts: [Fact]
    let themes: [String]
    let relations: [String: Relation]
    /// Nouns in keys ("favorite_color") by language; Urdu ones with their gender after a bar.
    let nouns: [String: [String: String]]
    /// Words by purpose, all languages together.
    let words: [String: [String]]
    /// From a person's point of view to the companion's, by language.
    let perspective: [String: [String: String]]

    /// The wording of a slot with what its stars stood for.
    func fact(_ slot: MemorySlot) -> (fact: Fact, stars: [String])? {
        let name = "\(slot.category.rawValue)/\(slot.key)"
        for fact in facts {
            if let stars = Self.stars(of: fact.slot, in: name) { return (fact, stars) }
        }
        return nil
    }

    /// The place of a slot's rule in the list; unknown slots come last.
    func rank(_ slot: MemorySlot) -> Int {
        let name = "\(slot.category.rawValue)/\(slot.key)"
        return facts.firstIndex { Self.stars(of: $0.slot, in: name) != nil } ?? facts.count
    }

    /// What the stars of a pattern stand for; nil when it does not match. A star takes as little as possible, the last all.
    static func stars(of pattern: String, in name: String) -> [String]? {
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard pieces.count > 1 else { return pattern == name ? [] : nil }
        guard name.hasPrefix(pieces[0]) else { return nil }
        var rest = name.dropFirst(pieces[0].count)
        var stars: [String] = []
        for (index, piece) in pieces.dropFirst().enumerated() {
            let isLast = index == pieces.count - 2
            if isLast {
                guard rest.count > piece.count, rest.hasSuffix(piece) else { return nil }
                stars.append(String(rest.dropLast(piece.count)))
                return stars
            }
            guard let range = rest.dropFirst().range(of: piece) else { return nil }
            stars.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return stars
    }
}
