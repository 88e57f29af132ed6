/// English wording of a profile.
struct EnglishProfile {
    let facts: ProfileFacts
    let labels: ProfilePhrases.Labels

    /// Most telling first: who they are, what moves them, whom they care about, what is ahead; then what happened lately.
    var sentences: [String] {
        [identity, tastes, people, direction, recently].compactMap { $0 }
    }

    private var pronoun: String {
        switch facts.gender {
        case .female: "She"
        case .male: "He"
        case .unknown: "They"
        }
    }

    private var possessive: String {
        switch facts.gender {
        case .female: "Her"
        case .male: "His"
        case .unknown: "Their"
        }
    }

    private var isThey: Bool { pronoun == "They" }

    private func verb(_ singular: String, _ plural: String, named: Bool = false) -> String {
        named || !isThey ? singular : plural
    }

    private var identity: String? {
        let named = facts.name != nil
        var clauses: [String] = []
        if let age = facts.age {
            let years = age.allSatisfy(\.isNumber) ? "\(age) years old" : age
            clauses.append("\(verb("is", "are", named: named)) \(years)")
        }
        if let location = facts.location { clauses.append("\(verb("lives", "live", named: named)) in \(location)") }
        if let occupation = facts.occupation {
            clauses.append("\(verb("works", "work", named: named)) \(Self.role(occupation))")
        }
        guard !clauses.isEmpty else { return facts.name.map { "\(possessive) name is \($0)." } }
        return "\(facts.name ?? pronoun) \(list(clauses, limit: 3))."
    }

    /// "teacher" → "as a teacher"; "in a bank" and "for the railways" stay; names of several words keep their own article.
    private static func role(_ occupation: String) -> String {
        let lowered = occupation.lowercased()
        if ["in ", "at ", "for ", "with ", "as "].contains(where: lowered.hasPrefix) { return occupation }
        if ["a ", "an ", "the "].contains(where: lowered.hasPrefix) { return "as \(occupation)" }
        guard let first = lowered.first, first.isASCII, first.isLetter else { return "as \(occupation)" }
        let article = "aeiou".contains(first) && !lowered.hasPrefix("uni") ? "an" : "a"
        return "as \(article) \(occupation)"
    }

    private var tastes: String? {
        var clauses: [String] = []
        if !facts.likes.isEmpty { clauses.append("\(verb("likes", "like")) \(list(facts.likes, limit: 4))") }
        if !facts.dislikes.isEmpty {
            clauses.append("\(verb("does", "do")) not like \(facts.dislikes.listed(limit: 2, comma: ", ", and: " or "))")
        }
        let favourites = facts.favourites.prefix(2).map { favourite in
            "\(possessive.lowercased()) favourite \(label(favourite.kind, labels.kinds)) is \(favourite.value)"
        }
        var text = clauses.isEmpty ? "" : "\(pronoun) \(list(clauses, limit: 2))"
        if !favourites.isEmpty { text += (text.isEmpty ? "" : "; ") + list(favourites, limit: 2) }
        return text.isEmpty ? nil : Self.capitalized(text) + "."
    }

    private var people: String? {
        let items = facts.relations.prefix(3).map { relation in
            let kind = "\(possessive.lowercased()) \(label(relation.kind, labels.relations))"
            let named = relation.name.map { "\(kind) \($0)" } ?? kind
            return relation.details.isEmpty ? named : "\(named) (\(relation.details.prefix(2).joined(separator: ", ")))"
        }
        return items.isEmpty ? nil : "People in \(possessive.lowercased()) life: \(list(items, limit: 3))."
    }

    private var direction: String? {
        var parts: [String] = []
        if !facts.goals.isEmpty { parts.append("goals: \(facts.goals.prefix(2).joined(separator: "; "))") }
        if !facts.plans.isEmpty { parts.append("plans: \(facts.plans.prefix(2).joined(separator: "; "))") }
        return parts.isEmpty ? nil : "\(possessive) \(parts.joined(separator: "; "))."
    }

    private var recently: String? {
        facts.experiences.isEmpty ? nil : "Recently: \(facts.experiences.prefix(2).joined(separator: "; "))."
    }

    private func list(_ items: [String], limit: Int) -> String {
        items.listed(limit: limit, comma: ", ", and: " and ")
    }

    private func label(_ key: String, _ known: [String: String]) -> String {
        known[key] ?? key.replacing("_", with: " ")
    }

    private static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }
}
