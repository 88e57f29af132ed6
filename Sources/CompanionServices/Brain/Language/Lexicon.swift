/// A number for a known word; negative for words no pattern and no list knows.
typealias WordID = Int32

/// All words one language's patterns and lists know, with their classes and terms. Built once, then only read.
struct Lexicon: Sendable {
    static let unknown: WordID = -1

    let language: Language
    private(set) var ids: [String: WordID] = [:]
    private(set) var classes: [WordClass] = []
    private var variants: [String: String] = [:]
    private var expansions: [String: [String]] = [:]
    /// Terms by kind and first word, longest first.
    private(set) var terms: [String: [WordID: [Term]]] = [:]
    private(set) var leads: [WordID: [Lead]] = [:]
    private(set) var trails: [WordID: [[WordID]]] = [:]
    private(set) var persons = PersonGrammar()
    private(set) var questionKinds: [(words: [WordID], kind: MemoryQuestion.Kind)] = []
    private(set) var adviceWords: Set<WordID> = []
    /// Words that patterns, attributes and relations use, by first letter and length, for guessing what a mistyped word was.
    private(set) var correctable: [SpellingBucket: [String]] = [:]
    private(set) var entries: [String: [LexiconEntry]] = [:]
    /// Phrases that were read while the lexicon is being made; patterns name the same words again and again.
    private var phrases: [String: [WordID]] = [:]

    /// A word or phrase of a list.
    struct Term: Sendable {
        let words: [WordID]
        /// Index in `entries[kind]`.
        let entry: Int
        let plural: Bool
    }

    struct Lead: Sendable {
        let words: [WordID]
        let kind: String
    }

    init(language: Language, words: WordFile, lists: [String: [LexiconEntry]]) {
        self.language = language
        // In a fixed order, so that a spelling listed twice means the same in every run.
        for (canonical, list) in words.variants.sorted(by: { $0.key < $1.key }) {
            let target = fold(canonical)
            for variant in list.split(separator: " ") where variants[fold(String(variant))] == nil {
                variants[fold(String(variant))] = target
            }
        }
        for (word, expansion) in words.expansions {
            let parts = expansion.split(separator: " ").map { LetterFolding.fold($0) }
            if parts != [LetterFolding.fold(word[...])] { expansions[fold(word)] = parts }
        }
        for (name, list) in words.classes {
            guard let wordClass = WordClass.byName[name] else { continue }
            for word in list.split(separator: " ") {
                let ids = intern(phrase: String(word))
                // A word that stands for several says nothing of each.
                if let id = ids.first, ids.count == 1 { classes[Int(id)].insert(wordClass) }
            }
        }
        for (kind, phrases) in words.leads {
            for phrase in phrases {
                let ids = intern(phrase: phrase)
                if let first = ids.first { leads[first, default: []].append(Lead(words: ids, kind: kind)) }
            }
        }
        for phrase in words.trails {
            let ids = intern(phrase: phrase)
            if let last = ids.last { trails[last, default: []].append(ids) }
        }
        for key in leads.keys { leads[key]?.sort { ($0.words.count, $0.kind) > ($1.words.count, $1.kind) } }
        for key in trails.keys { trails[key]?.sort { $0.count > $1.count } }
        for (kind, list) in lists { addTerms(kind, list) }
        // Attributes whose value can be anything said of them; the others need a number, a date, an address.
        terms["attributes.plain"] = terms["attributes"]?.mapValues { terms in
            terms.filter { !(entry("attributes", $0.entry)?.tags ?? []).contains("special") }
        }
        entries["attributes.plain"] = entries["attributes"]
        persons = PersonGrammar(words.persons, lexicon: &self)
        for (name, phrases) in words.questionKinds {
            guard let kind = MemoryQuestion.Kind(rawValue: name) else { continue }
            for phrase in phrases.split(separator: ",") { questionKinds.append((intern(phrase: String(phrase)), kind)) }
        }
        questionKinds.sort { $0.words.count > $1.words.count }
        adviceWords = Set(intern(phrase: words.adviceWords))
    }

    /// Lets mistyped forms of these words be recognised.
    mutating func makeCorrectable(_ used: Set<WordID>) {
        for (word, id) in ids where used.contains(id) || !classes[Int(id)].isDisjoint(with: [.attribute, .relation]) {
            guard let bucket = SpellingBucket(word) else { continue }
            correctable[bucket, default: []].append(word)
        }
        for key in correctable.keys { correctable[key]?.sort() }
        phrases = [:]
    }

    private mutating func addTerms(_ kind: String, _ list: [LexiconEntry]) {
        entries[kind] = list
        var table: [WordID: [Term]] = [:]
        for (index, entry) in list.enumerated() {
            for plural in [false, true] {
                for form in entry.forms(language, plural: plural) {
                    let ids = intern(phrase: form)
                    guard let first = ids.first else { continue }
                    if kind == "attributes" { classes[Int(first)].insert(.attribute) }
                    if kind == "relations" { classes[Int(first)].insert(.relation) }
                    table[first, default: []].append(Term(words: ids, entry: index, plural: plural))
                }
            }
        }
        for key in table.keys { table[key]?.sort { $0.words.count > $1.words.count } }
        terms[kind] = table
    }

    // MARK: words

    /// The canonical form of a folded word.
    func canonical(_ folded: String) -> String {
        let base = language == .romanUrdu ? RomanSpelling.fold(folded) : folded
        return variants[base] ?? base
    }

    private func fold(_ word: String) -> String {
        let folded = LetterFolding.fold(word[...])
        return language == .romanUrdu ? RomanSpelling.fold(folded) : folded
    }

    /// The words a folded word stands for; nil when it stands for itself.
    func expansion(_ folded: String) -> [String]? {
        expansions[language == .romanUrdu ? RomanSpelling.fold(folded) : folded]
    }

    func id(_ folded: String) -> WordID {
        if let id = ids[canonical(folded)] { return id }
        for count in [1, 2] {
            if let shorter = LetterFolding.shortenRuns(folded, to: count), let id = ids[canonical(shorter)] { return id }
        }
        return Self.unknown
    }

    func wordClass(_ id: WordID) -> WordClass { id >= 0 ? classes[Int(id)] : [] }

    /// Makes a word known.
    mutating func intern(_ word: String) -> WordID {
        intern(folded: LetterFolding.fold(word[...]))
    }

    private mutating func intern(folded: String) -> WordID {
        let form = canonical(folded)
        if let id = ids[form] { return id }
        let id = WordID(classes.count)
        ids[form] = id
        classes.append([])
        return id
    }

    /// Makes the words of a phrase known, expanding those that stand for several.
    mutating func intern(phrase: String) -> [WordID] {
        if let known = phrases[phrase] { return known }
        let ids = phrase.split(whereSeparator: { $0 == " " || $0 == "-" }).flatMap { word -> [WordID] in
            let folded = LetterFolding.fold(word)
            if let parts = expansion(folded) { return parts.map { intern($0) } }
            return [intern(folded: folded)]
        }
        phrases[phrase] = ids
        return ids
    }

    /// Terms of a kind that start at a position, longest first.
    func matches(_ kind: String, in ids: ArraySlice<WordID>) -> [Term] {
        guard let first = ids.first, let candidates = terms[kind]?[first] else { return [] }
        return candidates.filter { ids.count >= $0.words.count && ids.prefix($0.words.count).elementsEqual($0.words) }
    }

    func entry(_ kind: String, _ index: Int) -> LexiconEntry? {
        guard let list = entries[kind], list.indices.contains(index) else { return nil }
        return list[index]
    }
}
