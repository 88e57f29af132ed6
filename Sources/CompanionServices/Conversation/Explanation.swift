import LocalStore

/// Why the companion said what it said last: what it understood, which rules it followed, which memories it used.
package struct Explanation: Sendable, Hashable, Codable {
    /// One thing the person meant.
    package struct Act: Sendable, Hashable, Codable {
        /// The kind, such as `statement` or `question`.
        package let name: String
        /// The words it was read from.
        package let text: String
        /// The pattern that recognised it; nil when none did.
        package let pattern: String?
    }

    /// A memory the answer rests on.
    package struct UsedMemory: Sendable, Hashable, Codable {
        package let category: MemoryCategory
        package let key: String
        /// As it is now; nil when it has been forgotten since.
        package let value: String?
        /// The person's own words it was read from.
        package let said: String?
        package let messageID: String?
        /// When it was said, or stored.
        package let date: Timestamp?
    }

    /// Something the search brought up, used or not, best first.
    package struct Found: Sendable, Hashable, Codable {
        /// `memory` or `message`.
        package let kind: String
        package let text: String
        package let score: Double
        /// Words of the utterance that led to it.
        package let words: [String]
        /// By how many deviations it is nearer in meaning than memories usually are; nil when that is not why it was found.
        package let meaning: Double?
        package let date: Timestamp?
    }

    /// What the person said; nil when the companion spoke first.
    package let utterance: String?
    package let reply: String
    package let acts: [Act]
    /// Rules of the companion, in the order they were followed, with the phrases chosen.
    package let rules: [String]
    package let memories: [UsedMemory]
    package let found: [Found]
    /// Who was asked for the answer, in the order in which it was known what came of it; empty where there are no models.
    package let route: [RungUse]
    /// Who was asked for the words of what was said, and who for the voice of the answer; empty where nothing was spoken, or where only
    /// this device hears and speaks.
    package let heard: [RungUse]
    package let spoken: [RungUse]
}
