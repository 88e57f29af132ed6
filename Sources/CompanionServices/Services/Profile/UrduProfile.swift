/// Urdu wording of a profile, in the polite plural; verbs agree with the person's gender where it is known and are avoided
/// where it is not.
struct UrduProfile {
    let facts: ProfileFacts
    let labels: ProfilePhrases.Labels

    var sentences: [String] {
        [identity, tastes, people, direction, recently].compactMap { $0 }
    }

    private var identity: String? {
        switch facts.gender {
        case .female: agreeing(of: "کی", lives: "رہتی ہیں", works: "کام کرتی ہیں")
        case .male: agreeing(of: "کے", lives: "رہتے ہیں", works: "کام کرتے ہیں")
        case .unknown: neutral
        }
    }

    private func agreeing(of genitive: String, lives: String, works: String) -> String? {
        var clauses: [String] = []
        if let age = facts.age {
            clauses.append(age.allSatisfy(\.isNumber) ? "\(age) سال \(genitive) ہیں" : "\(age) \(genitive) ہیں")
        }
        if let location = facts.location { clauses.append("\(location) میں \(lives)") }
        if let occupation = facts.occupation { clauses.append("\(occupation) کے طور پر \(works)") }
        guard !clauses.isEmpty else { return facts.name.map { "ان کا نام \($0) ہے۔" } }
        return "\(facts.name ?? "وہ") \(list(clauses, limit: 3))۔"
    }

    private var neutral: String? {
        var clauses: [String] = []
        if let name = facts.name { clauses.append("نام \(name) ہے") }
        if let age = facts.age { clauses.append(age.allSatisfy(\.isNumber) ? "عمر \(age) سال ہے" : "عمر \(age) ہے") }
        if let location = facts.location { clauses.append("گھر \(location) میں ہے") }
        if let occupation = facts.occupation { clauses.append("پیشہ \(occupation) ہے") }
        guard !clauses.isEmpty else { return nil }
        // «عمر» is feminine, the other words that can come first are masculine.
        let possessive = facts.name == nil && facts.age != nil ? "ان کی" : "ان کا"
        return "\(possessive) \(list(clauses, limit: 4))۔"
    }

    private var tastes: String? {
        let favourites = facts.favourites.compactMap { favourite in
            labels.kinds[favourite.kind].map { "پسندیدہ \($0) \(favourite.value)" }
        }
        // A favourite of a kind without an Urdu name is still something liked.
        let liked = facts.likes + facts.favourites.filter { labels.kinds[$0.kind] == nil }.map(\.value)
        var parts: [String] = []
        if !liked.isEmpty { parts.append("انہیں \(list(liked, limit: 4)) پسند \(liked.count > 1 ? "ہیں" : "ہے")") }
        if !facts.dislikes.isEmpty {
            let dislikes = facts.dislikes.prefix(2)
            parts.append("\(list(Array(dislikes), limit: 2)) پسند نہیں")
        }
        if !favourites.isEmpty { parts.append("ان کے پسندیدہ میں سے: \(list(favourites, limit: 2))") }
        return parts.isEmpty ? nil : parts.joined(separator: "؛ ") + "۔"
    }

    private var people: String? {
        let items = facts.relations.prefix(3).compactMap { relation -> String? in
            let kind = labels.relations[relation.kind]
            let named = [kind, relation.name].compactMap { $0 }.joined(separator: " ")
            guard !named.isEmpty else { return nil }
            return relation.details.isEmpty ? named : "\(named) (\(relation.details.prefix(2).joined(separator: "، ")))"
        }
        return items.isEmpty ? nil : "ان کی زندگی کے لوگ: \(list(items, limit: 3))۔"
    }

    private var direction: String? {
        var parts: [String] = []
        if !facts.goals.isEmpty { parts.append("مقاصد: \(facts.goals.prefix(2).joined(separator: "؛ "))") }
        if !facts.plans.isEmpty { parts.append("ارادے: \(facts.plans.prefix(2).joined(separator: "؛ "))") }
        return parts.isEmpty ? nil : "ان کے \(parts.joined(separator: "؛ "))۔"
    }

    private var recently: String? {
        facts.experiences.isEmpty ? nil : "حال ہی میں: \(facts.experiences.prefix(2).joined(separator: "؛ "))۔"
    }

    private func list(_ items: [String], limit: Int) -> String {
        items.listed(limit: limit, comma: "، ", and: " اور ")
    }
}
