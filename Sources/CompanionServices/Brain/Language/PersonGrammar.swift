/// The grammatical role in which a person is named, which decides pronouns and case markers.
enum PersonRole: String, Sendable, Hashable, CaseIterable {
    /// Doer, or what is spoken of: "I", "my sister", میں.
    case subject
    /// Possessor: "my", "my sister's", میری بہن کا.
    case of
    /// Receiver or experiencer: "me", مجھے، میری بہن کو.
    case to
    /// Doer of a completed action in Urdu: میں نے، میری بہن نے.
    case by
}

/// ``PersonWords`` with its words turned into numbers.
struct PersonGrammar: Sendable {
    struct Pronoun: Sendable {
        let words: [WordID]
        /// nil is the speaker.
        let third: Third?
    }

    struct Third: Sendable, Hashable {
        let gender: Gender
        let isAnimal: Bool
    }

    private(set) var pronouns: [PersonRole: [Pronoun]] = [:]
    private(set) var markers: [PersonRole: [[WordID]]] = [:]
    private(set) var own: Set<WordID> = []
    private(set) var others: [(words: [WordID], third: Third)] = []
    private(set) var modifiers: [(words: [WordID], key: String)] = []
    private(set) var passing: Set<WordID> = []
    private(set) var naming: [[WordID]] = []
    private(set) var honorifics: Set<WordID> = []

    init() {}

    init(_ words: PersonWords, lexicon: inout Lexicon) {
        for role in PersonRole.allCases {
            var list: [Pronoun] = []
            for phrase in Self.phrases(words.me[role.rawValue]) {
                list.append(Pronoun(words: lexicon.intern(phrase: phrase), third: nil))
            }
            for (name, phrases) in words.third[role.rawValue] ?? [:] {
                for phrase in Self.phrases(phrases) {
                    list.append(Pronoun(words: lexicon.intern(phrase: phrase), third: Self.third(name)))
                }
            }
            pronouns[role] = list.sorted { $0.words.count > $1.words.count }
            markers[role] = Self.phrases(words.markers[role.rawValue]).map { lexicon.intern(phrase: $0) }
        }
        own = Set(Self.phrases(words.own).flatMap { lexicon.intern(phrase: $0) })
        for (name, phrases) in words.others {
            for phrase in Self.phrases(phrases) { others.append((lexicon.intern(phrase: phrase), Self.third(name))) }
        }
        others.sort { $0.words.count > $1.words.count }
        for (key, phrases) in words.modifiers {
            for phrase in Self.phrases(phrases) { modifiers.append((lexicon.intern(phrase: phrase), key)) }
        }
        passing = Set(Self.phrases(words.passing).flatMap { lexicon.intern(phrase: $0) })
        naming = Self.phrases(words.naming).map { lexicon.intern(phrase: $0) }
        honorifics = Set(Self.phrases(words.honorifics).flatMap { lexicon.intern(phrase: $0) })
    }

    private static func phrases(_ list: String?) -> [String] {
        (list ?? "").split(separator: ",").map { String($0).trimmingSpaces() }.filter { !$0.isEmpty }
    }

    private static func third(_ name: String) -> Third {
        Third(gender: Gender(rawValue: name) ?? .unknown, isAnimal: name == "animal")
    }
}
