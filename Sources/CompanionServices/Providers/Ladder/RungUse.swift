/// What one rung of a ladder did for one answer, as it is kept beside the answer.
package struct RungUse: Sendable, Hashable, Codable {
    package enum Outcome: String, Sendable, Hashable, Codable {
        /// It gave the whole answer, or the rest of it.
        case answered
        /// It began the answer and did not end it.
        case broke
        /// Nothing came of it.
        case failed
        /// Its first words did not come in time.
        case late
        /// Another was faster.
        case slower
        /// It was not asked.
        case skipped
    }

    /// The companion's own mind, below all models.
    package static let floor = "this device"
    /// What was asked before, and is known since.
    package static let cache = "the cache"

    /// `cloud`, `local server` or ``floor``.
    package var rung: String
    /// The model's name; nil for what has none.
    package var model: String?
    package var outcome: Outcome
    /// Why, in a few words; nil when there is nothing to say.
    package var why: String?
    /// From the question to its first words, in milliseconds.
    package var firstWords: Int?
    /// From when it was asked to its end, in milliseconds.
    package var took: Int?
    package var usage: TokenUsage?

    package init(
        rung: String, model: String? = nil, outcome: Outcome, why: String? = nil, firstWords: Int? = nil, took: Int? = nil,
        usage: TokenUsage? = nil
    ) {
        self.rung = rung
        self.model = model
        self.outcome = outcome
        self.why = why
        self.firstWords = firstWords
        self.took = took
        self.usage = usage
    }

    /// The companion's own mind answered, and no model was to.
    static func ownWords(because why: String) -> RungUse { RungUse(rung: floor, outcome: .answered, why: why) }
}
