/// The word list of one language as written in `Data/lexicon/<language>.json`.
struct WordFile: Decodable {
    /// Canonical word to its other spellings, separated by spaces.
    var variants: [String: String]
    /// One written word that stands for several: "gonna" for "going to".
    var expansions: [String: String]
    /// Word classes by name (see ``WordClass``), words separated by spaces.
    var classes: [String: String]
    /// Phrases that introduce a clause without being part of it, by what they do (see ``Frame``).
    var leads: [String: [String]]
    /// Phrases that may trail a clause without being part of it.
    var trails: [String]
    /// Question words by the kind of question they make, separated by commas.
    var questionKinds: [String: String]
    /// Words that turn a question into one for advice rather than memory: "should".
    var adviceWords: String
    /// Words that tell this language from others, separated by spaces; the doubtful ones count half.
    var markers: String
    var doubtfulMarkers: String
    /// Pronouns and markers for persons (see ``PersonReader``).
    var persons: PersonWords
}

/// How a language refers to people, by grammatical role.
struct PersonWords: Decodable {
    /// Role (`subject`, `of`, `to`, `by`) to words for the speaker, separated by commas.
    var me: [String: String]
    /// Role to third-person words by gender: `male`, `female`, `unknown`, `animal`.
    var third: [String: [String: String]]
    /// Role to what follows a noun in that role: "'s", کا.
    var markers: [String: String]
    /// Possessives that make a relation the speaker's own: "my".
    var own: String
    /// Possessives of a third person: "his".
    var others: [String: String]
    /// Adjectives between possessive and relation that belong to the key: "elder" to `elder`.
    var modifiers: [String: String]
    /// Words to pass over there: "dear", "late".
    var passing: String
    /// Between a relation and a name: "named", "called".
    var naming: String
    /// Respectful words after a name or relation: "sahab", "جی".
    var honorifics: String
}

/// One concept in a list under `Data/lexicon/`: a stable English key and its words in each language.
struct LexiconEntry: Decodable {
    var key: String
    /// Words or phrases separated by commas.
    var en: String?
    var ur: String?
    var roman: String?
    /// Plural forms, in the same order of languages.
    var enPlural: String?
    var urPlural: String?
    var romanPlural: String?
    var gender: Gender?
    /// Free marks the list's reader understands.
    var tags: [String]?
    /// Further keys under which the same thing may be stored.
    var aliases: [String]?
    /// For attributes: the memory category.
    var category: String?

    /// Plurals for single relations too: "wifes" is how "wife's" gets typed.
    private var plurals: String? {
        gender == nil ? nil : en.map { $0.split(separator: ",").map { $0 + "s" }.joined(separator: ",") }
    }

    func forms(_ language: Language, plural: Bool = false) -> [String] {
        let lists: [String?] =
            switch (language, plural) {
            case (.english, false): [en]
            case (.urdu, false): [ur]
            case (.romanUrdu, false): [roman, en]
            case (.english, true): [enPlural ?? plurals]
            case (.urdu, true): [urPlural]
            case (.romanUrdu, true): [romanPlural, enPlural]
            }
        return lists.compactMap { $0 }.flatMap { $0.split(separator: ",") }
            .map { String($0).trimmingSpaces() }.filter { !$0.isEmpty }
    }
}

extension String {
    func trimmingSpaces() -> String {
        var view = self[...]
        while view.first == " " { view.removeFirst() }
        while view.last == " " { view.removeLast() }
        return String(view)
    }
}
