import LocalStore

/// A third person inside a sentence: what to call them and how verbs agree.
struct PersonWording: Sendable, Hashable {
    var gender: Gender
    var isRespected: Bool
    /// `who` ("your sister Amna", آپ کا بیٹا), `whom` (its oblique form in Urdu), `whose` ("your sister's"; with کا/کی/کے to follow
    /// in Urdu the same as `whom`).
    var values: [String: String]
    /// "your sister": without the name; the name itself where nothing else is known.
    var plain: String
    var name: String?

    /// "she", وہ: after a sentence that named the person. English needs to know the gender; otherwise the words stay.
    func pronoun(_ language: Language) -> PersonWording {
        var result = self
        switch (language, gender) {
        case (.english, .female): result.values = ["who": "she", "whom": "her", "whose": "her"]
        case (.english, .male): result.values = ["who": "he", "whom": "him", "whose": "his"]
        case (.english, .unknown): break
        case (.urdu, _): result.values = ["who": "وہ", "whom": isRespected ? "ان" : "اس", "whose": isRespected ? "ان" : "اس"]
        case (.romanUrdu, _):
            result.values = ["who": "woh", "whom": isRespected ? "un" : "us", "whose": isRespected ? "un" : "us"]
        }
        return result
    }
}

/// The people known from memory, by the stems of their keys.
struct PeopleBook: Sendable {
    /// Rows read at most; a family is smaller.
    private static let limit = 200

    let references: [PersonReference]
    private let names: [String: String]

    init(_ view: StoreView, rules: DialogueRules) throws {
        let memories = try view.namesOfPeople(limit: Self.limit)
        var names: [String: String] = [:]
        var references: [PersonReference] = []
        for memory in memories {
            let stem = String(memory.key.dropLast("_name".count))
            guard names[stem] == nil, !stem.isEmpty else { continue }
            names[stem] = memory.value
            let relation = rules.relation(ofStem: stem)
            references.append(
                PersonReference(
                    key: stem, relation: relation?.key, name: memory.value, gender: relation?.relation.gender ?? .unknown))
        }
        self.names = names
        self.references = references
    }

    func name(ofStem stem: String) -> String? { names[stem] }

    /// Who goes by this name.
    func person(named name: String) -> PersonReference? {
        let wanted = TextNormalizer.normalize(name)
        return references.first { $0.name.map(TextNormalizer.normalize) == wanted }
    }
}

extension DialogueRules {
    /// The relation a stem such as `elder_sister` or `brother_omar` begins or ends with.
    func relation(ofStem stem: String) -> (key: String, relation: Relation)? {
        if let relation = relations[stem] { return (stem, relation) }
        let words = stem.split(separator: "_").map(String.init)
        for count in stride(from: words.count - 1, to: 0, by: -1) {
            let head = words.prefix(count).joined(separator: "_")
            let tail = words.suffix(count).joined(separator: "_")
            // Of "sister_husband" the husband is meant; of "brother_omar" the brother.
            if let relation = relations[tail] { return (tail, relation) }
            if let relation = relations[head] { return (head, relation) }
        }
        return nil
    }

    /// Who of a stem that goes on after the person ("older_son_wedding"): its longest beginning that names one.
    func person(inStem stem: String, isKnown: (String) -> Bool) -> String {
        if isKnown(stem) { return stem }
        let words = stem.split(separator: "_")
        for count in stride(from: words.count - 1, to: 0, by: -1) {
            let head = words.prefix(count).joined(separator: "_")
            if isKnown(head) || (count > 1 ? relation(ofStem: head) != nil : relations[head] != nil) { return head }
        }
        return stem
    }

    /// What to call the person with this stem.
    ///
    /// `includingName` is false where the sentence gives the name itself.
    func wording(ofStem stem: String, name: String?, gender: Gender, language: Language, includingName: Bool) -> PersonWording {
        let known = relation(ofStem: stem)
        let gender = known.map(\.relation.gender).flatMap { $0 == .unknown ? nil : $0 } ?? gender
        let isRespected = known?.relation.isRespected ?? true
        guard let (key, relation) = known else {
            let called = name ?? stem.split(separator: "_").map(\.capitalizedFirst).joined(separator: " ")
            return PersonWording(
                gender: gender, isRespected: true,
                values: ["who": called, "whom": called, "whose": language == .english ? Self.possessive(called) : called],
                plain: called, name: name)
        }
        var (direct, oblique) = forms(of: relation, language)
        let rest = stem == key ? "" : (stem.hasSuffix("_\(key)") ? String(stem.dropLast(key.count + 1)) : "")
        if !rest.isEmpty {
            if let modifier = words["modifier.\(rest).\(language.rawValue)"]?.first {
                (direct, oblique) = modified(direct, oblique, by: modifier, gender: gender, language)
            } else if relations[rest] != nil || self.relation(ofStem: rest) != nil {
                let owner = wording(ofStem: rest, name: nil, gender: .unknown, language: language, includingName: false)
                (direct, oblique) = belonging(direct, oblique, to: owner, language)
            }
        }
        var named = (direct, oblique)
        let ownName = name ?? (stem.hasPrefix("\(key)_") ? String(stem.dropFirst(key.count + 1)).capitalizedFirst : nil)
        if includingName, let ownName { named = ("\(direct) \(ownName)", "\(oblique) \(ownName)") }
        return PersonWording(
            gender: gender, isRespected: isRespected,
            values: [
                "who": named.0, "whom": named.1, "whose": language == .english ? Self.possessive(named.0) : named.1,
            ], plain: direct, name: ownName)
    }

    private func forms(of relation: Relation, _ language: Language) -> (String, String) {
        switch language {
        case .english: ("your \(relation.en)", "your \(relation.en)")
        case .urdu: (relation.ur.first ?? relation.en, relation.ur.last ?? relation.en)
        case .romanUrdu: (relation.roman.first ?? relation.en, relation.roman.last ?? relation.en)
        }
    }

    /// "your elder sister", آپ کی بڑی بہن.
    private func modified(
        _ direct: String, _ oblique: String, by modifier: String, gender: Gender, _ language: Language
    ) -> (String, String) {
        func inserted(_ text: String, _ word: String) -> String {
            let words = text.split(separator: " ")
            let at = language == .english ? 1 : 2
            guard words.count > at else { return "\(word) \(text)" }
            return (words.prefix(at) + [Substring(word)] + words.dropFirst(at)).joined(separator: " ")
        }
        guard language != .english else { return (inserted(direct, modifier), inserted(oblique, modifier)) }
        // "بڑا/بڑے/بڑی": as with the possessive in front of it.
        let forms = modifier.split(separator: "/").map(String.init)
        guard forms.count == 3 else { return (inserted(direct, modifier), inserted(oblique, modifier)) }
        let isPlain = direct != oblique
        let male = (isPlain ? forms[0] : forms[1], forms[1])
        return gender == .female
            ? (inserted(direct, forms[2]), inserted(oblique, forms[2])) : (inserted(direct, male.0), inserted(oblique, male.1))
    }

    /// "your sister's husband", آپ کی بہن کے شوہر.
    private func belonging(_ direct: String, _ oblique: String, to owner: PersonWording, _ language: Language) -> (String, String)
    {
        guard language != .english else {
            let noun = direct.hasPrefix("your ") ? String(direct.dropFirst(5)) : direct
            let text = "\(owner.values["whose"] ?? owner.plain) \(noun)"
            return (text, text)
        }
        // The possessive of "آپ کے شوہر" now belongs to the owner: "آپ کی بہن کے شوہر".
        func joined(_ text: String) -> String {
            let words = text.split(separator: " ")
            return "\(owner.values["whom"] ?? owner.plain) \(words.dropFirst().joined(separator: " "))"
        }
        return (joined(direct), joined(oblique))
    }

    static func possessive(_ name: String) -> String {
        name.hasSuffix("s") && !name.hasSuffix("ss") ? "\(name)'" : "\(name)'s"
    }
}

extension StringProtocol {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
