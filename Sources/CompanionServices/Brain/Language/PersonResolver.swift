/// Decides which person a reading means, from what was said before.
struct PersonResolver {
    enum Resolution: Equatable {
        case speaker
        case person(PersonReference)
        /// A pronoun with nobody to stand for.
        case unknown
    }

    private let lexicon: Lexicon
    private let known: [PersonReference]
    /// Most recent first.
    private(set) var mentioned: [PersonReference]
    private static let remembered = 8

    init(lexicon: Lexicon, known: [PersonReference], mentioned: [PersonReference]) {
        self.lexicon = lexicon
        self.known = known
        self.mentioned = mentioned
    }

    /// Puts a person in front of those mentioned.
    mutating func note(_ person: PersonReference) {
        mentioned.removeAll { $0.key == person.key }
        mentioned.insert(person, at: 0)
        mentioned = Array(mentioned.prefix(Self.remembered))
    }

    /// - Parameter name: a name said elsewhere in the clause ("Sara is my sister").
    func resolve(_ reading: PersonReading, in clause: ClauseText, name givenName: String? = nil, isCorrection: Bool = false)
        -> Resolution
    {
        if reading.isSpeaker { return .speaker }
        var stem: [String] = []
        var gender = Gender.unknown
        switch reading.root {
        case .speaker: break
        case .pronoun(let third):
            guard let person = antecedent(third) else { return .unknown }
            guard !reading.links.isEmpty else { return .person(person) }
            stem.append(person.key)
        case .name(let range):
            let person = named(clause.original(range))
            guard !reading.links.isEmpty else { return .person(person) }
            stem.append(person.key)
        }
        var relation: String?
        var isOneOfMany = false
        for link in reading.links {
            guard let entry = lexicon.entry("relations", link.relation) else { continue }
            stem += link.modifiers
            stem.append(link.plural ? Self.plural(entry.key) : entry.key)
            relation = entry.key
            gender = entry.gender ?? .unknown
            isOneOfMany = (entry.tags ?? []).contains("many") && link.modifiers.isEmpty && !link.plural
        }
        let base = stem.joined(separator: "_")
        let name = givenName ?? reading.name.map { clause.original($0) }
        let siblings = (mentioned + known).filter { $0.key == base || $0.key.hasPrefix(base + "_") && $0.relation == relation }
        if let name {
            if let same = siblings.first(where: { Self.isSame($0.name, name) }) { return .person(same) }
            let taken = siblings.contains { $0.key == base && $0.name != nil && !Self.isSame($0.name, name) }
            let key = taken && isOneOfMany && !isCorrection ? "\(base)_\(KeySlug.name(name, lexicon: lexicon))" : base
            return .person(PersonReference(key: key, relation: relation, name: name, gender: gender))
        }
        if isOneOfMany, let recent = mentioned.first(where: { $0.relation == relation && $0.key.hasPrefix(base) }) {
            return .person(recent)
        }
        if let same = siblings.first(where: { $0.key == base }) { return .person(same) }
        return .person(PersonReference(key: base, relation: relation, gender: gender))
    }

    /// The person of a name: one already known, or a new one whose key is the name.
    func named(_ name: String) -> PersonReference {
        if let person = (mentioned + known).first(where: { Self.isSame($0.name, name) }) { return person }
        return PersonReference(key: KeySlug.name(name, lexicon: lexicon), name: name, gender: lexicon.genderOfName(name))
    }

    private func antecedent(_ third: PersonGrammar.Third) -> PersonReference? {
        mentioned.first { person in
            let isAnimal = person.relation.map { lexicon.isAnimal($0) } ?? false
            if third.isAnimal { return isAnimal }
            guard third.gender != .unknown, person.gender != .unknown else { return true }
            return person.gender == third.gender
        }
    }

    static func isSame(_ name: String?, _ other: String) -> Bool {
        guard let name else { return false }
        let left = LetterFolding.fold(name[...])
        let right = LetterFolding.fold(other[...])
        return left == right || left.hasPrefix(right + " ") || right.hasPrefix(left + " ")
    }

    static func plural(_ key: String) -> String {
        switch key {
        case _ where key.hasSuffix("child"): key.dropLast(5) + "children"
        case "wife": "wives"
        default: key.hasSuffix("y") ? key.dropLast() + "ies" : key + "s"
        }
    }
}

extension Lexicon {
    func genderOfName(_ name: String) -> Gender {
        let first = name.split(separator: " ").first.map { id(LetterFolding.fold($0)) } ?? Lexicon.unknown
        guard let term = matches("names", in: [first]).first else { return .unknown }
        return entry("names", term.entry)?.gender ?? .unknown
    }

    func isAnimal(_ relation: String) -> Bool {
        (entries["relations"] ?? []).contains { $0.key == relation && ($0.tags ?? []).contains("animal") }
    }
}
