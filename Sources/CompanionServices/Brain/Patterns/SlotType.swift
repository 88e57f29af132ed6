/// What a slot of a pattern may hold.
enum SlotType: Sendable, Hashable {
    case person(PersonRole)
    /// Somebody who is not the speaker, as a subject.
    case third
    /// The speaker's relation without a name: "my sister".
    case kin
    /// A relation without a possessive: "brother", "elder sister".
    case relation
    /// The same in the plural: "brothers".
    case relations
    /// A past tense of a verb of doing.
    case past
    /// One to four words that can be a name, wherever one is expected.
    case name
    /// A name that is recognisable as one by itself: capitalised or well known.
    case properName
    /// Names joined by "and" and commas.
    case names
    case number
    case time
    /// A noun phrase: no finite verb, no pronoun.
    case noun
    case place
    case job
    /// Any words but negations; verbs allowed.
    case phrase
    /// Everything that is left, whatever it is.
    case rest
    /// A passage to pass over that no one needs: one to four words.
    case gap
    case email
    case telephone
    /// A single word that is no function word.
    case word
    /// A passage in quotation marks.
    case quotation
    /// An amount: a number and what follows it, up to five words.
    case measure
    /// A verb in -ing and what follows it.
    case doing
    /// Words that claim something of the world: they do not begin with the speaker or the companion.
    case claim
    /// A pet or farm animal: "dog", "cats".
    case animal
    /// An entry of the lexicon list of this name.
    case term(String)
    /// Entries of the list joined by "and" and commas; written `list+`.
    case terms(String)
    /// A noun phrase that ends in an entry of the list, such as "senior software engineer"; written `*list`.
    case ending(String)

    init(_ name: String, lists: Set<String>) throws(Template.ParseError) {
        switch name {
        case "subject", "of", "to", "by": self = .person(PersonRole(rawValue: name) ?? .subject)
        case "kin": self = .kin
        case "relation": self = .relation
        case "relationPlural": self = .relations
        case "past": self = .past
        case "name": self = .name
        case "properName": self = .properName
        case "names": self = .names
        case "number": self = .number
        case "time": self = .time
        case "noun": self = .noun
        case "place": self = .place
        case "job": self = .job
        case "phrase": self = .phrase
        case "rest": self = .rest
        case "gap": self = .gap
        case "email": self = .email
        case "telephone": self = .telephone
        case "word": self = .word
        case "measure": self = .measure
        case "animal": self = .animal
        case "third": self = .third
        case "doing": self = .doing
        case "claim": self = .claim
        case "quotation": self = .quotation
        default:
            let list = name.trimmingPrefix("*").hasSuffix("+") ? String(name.dropLast()) : String(name.trimmingPrefix("*"))
            guard lists.contains(list) else {
                throw Template.ParseError(template: "{\(name)}", problem: "there is no slot type or lexicon list of that name")
            }
            self = name.hasPrefix("*") ? .ending(list) : name.hasSuffix("+") ? .terms(list) : .term(list)
        }
    }

    /// Whether what it holds was recognised rather than merely taken: counts for how well a pattern fits.
    var isSpecific: Bool {
        switch self {
        case .noun, .phrase, .rest, .gap, .place, .word, .job, .name, .doing, .claim: false
        default: true
        }
    }
}
