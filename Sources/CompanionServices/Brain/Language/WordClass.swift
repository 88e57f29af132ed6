/// What a single word can be, as far as matching needs to know.
struct WordClass: OptionSet, Sendable, Hashable {
    let rawValue: UInt32

    /// May be skipped anywhere: "really", "just", "yaar".
    static let filler = WordClass(rawValue: 1 << 0)
    /// A finite verb or auxiliary, which ends noun phrases.
    static let finite = WordClass(rawValue: 1 << 1)
    /// A pronoun that can be a subject, which begins a clause.
    static let subject = WordClass(rawValue: 1 << 2)
    static let negation = WordClass(rawValue: 1 << 3)
    static let question = WordClass(rawValue: 1 << 4)
    /// Joins clauses or list items: "and", "but", "اور".
    static let conjunction = WordClass(rawValue: 1 << 5)
    /// Makes what follows dependent: "if", "because", "that", "جو".
    static let subordinator = WordClass(rawValue: 1 << 6)
    /// Carries no content for keys and topics.
    static let stop = WordClass(rawValue: 1 << 7)
    /// Never (part of) a person's name.
    static let notName = WordClass(rawValue: 1 << 8)
    /// Possessive pronoun: "my", "میری".
    static let possessive = WordClass(rawValue: 1 << 9)
    /// Case marker after a noun in Urdu: کا، کو، نے، میں.
    static let postposition = WordClass(rawValue: 1 << 10)
    /// Closes a clause in Urdu when it stands before اور or a comma.
    static let clauseEnd = WordClass(rawValue: 1 << 11)
    /// A verb that can follow "and" with the subject left out: "and work as a teacher".
    static let resumable = WordClass(rawValue: 1 << 12)
    /// Third person singular of such a verb: "works".
    static let resumableThird = WordClass(rawValue: 1 << 13)
    /// Past tense of a verb of doing: "went", "painted".
    static let past = WordClass(rawValue: 1 << 14)
    static let article = WordClass(rawValue: 1 << 15)
    /// A verb whose wish is of the moment: "sleep", "ask", "know".
    static let momentary = WordClass(rawValue: 1 << 16)
    /// An auxiliary that opens a question when it comes first: "do", "is", "can".
    static let auxiliary = WordClass(rawValue: 1 << 17)
    /// Says that a clause is about the speaker: "I", "my", "مجھے".
    static let selfWord = WordClass(rawValue: 1 << 18)
    /// Means the companion: "you", "تم".
    static let youWord = WordClass(rawValue: 1 << 19)

    /// Begins a request: "remind", "forget", "call".
    static let imperative = WordClass(rawValue: 1 << 20)
    /// May follow "I am ... and": "from", "married", "working". In Urdu what is said of a thing: پسند, اچھا.
    static let predicate = WordClass(rawValue: 1 << 21)
    /// First word of an entry of the attributes list: "name", "عمر".
    static let attribute = WordClass(rawValue: 1 << 22)
    /// First word of an entry of the relations list.
    static let relation = WordClass(rawValue: 1 << 23)
    /// نے after the doer of a completed action.
    static let ergative = WordClass(rawValue: 1 << 24)
    /// An Urdu auxiliary that only "I" takes: ہوں.
    static let firstPersonVerb = WordClass(rawValue: 1 << 25)

    static let byName: [String: WordClass] = [
        "filler": .filler, "finite": .finite, "subject": .subject, "negation": .negation, "question": .question,
        "conjunction": .conjunction, "subordinator": .subordinator, "stop": .stop, "notName": .notName, "possessive": .possessive,
        "postposition": .postposition, "clauseEnd": .clauseEnd, "resumable": .resumable, "resumableThird": .resumableThird,
        "past": .past, "article": .article, "momentary": .momentary, "auxiliary": .auxiliary, "selfWord": .selfWord,
        "youWord": .youWord, "imperative": .imperative, "predicate": .predicate, "ergative": .ergative,
        "firstPersonVerb": .firstPersonVerb,
    ]
}
