/// One file of patterns: a subject in a language.
struct PatternFile: Decodable {
    /// Parts of templates by name, usable as `<name>` in every file of the language.
    var fragments: [String: String]?
    var patterns: [PatternEntry]?
}

/// A way to say something and what it means. See docs/patterns.md.
struct PatternEntry: Decodable {
    /// Unique in its language; shown by `/why`.
    var id: String
    /// Templates, any of which may match.
    var say: [String]
    /// What it does, if it neither stores nor asks; next to `store`, what it does first.
    var act: String?
    /// Facts to store: `who: CATEGORY/key = value ! CATEGORY/contradicted_key`.
    var store: [String]?
    /// Facts to store when the sentence is negated; absent: the facts of `store` are taken back; empty: nothing.
    var deny: [String]?
    /// Kind of question.
    var ask: String?
    /// Where the answer may be, best first.
    var slots: [String]?
    /// What a yes/no question supposes.
    var claim: String?
    /// Higher wins over better fitting patterns; 0 unless given.
    var priority: Int?
    var confidence: Double?
    /// What the clause must have besides: `time`, `future` or `past`.
    var needs: String?
}

/// The same entry as the tests read it.
struct PatternExamples: Decodable {
    struct Entry: Decodable {
        var id: String
        /// Utterance to expected acts, in the notation of ``SpeechAct/summary``.
        var examples: [String: String]?
        /// Utterances on which this pattern must not act.
        var never: [String]?
    }

    var patterns: [Entry]?
}
