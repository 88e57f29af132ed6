import LocalStore

/// What a profile is written from: memories sorted by what they say about a person. Lists are newest first.
package struct ProfileFacts: Sendable, Hashable {
    /// Somebody in the person's life, such as a sister called Amna who is a doctor.
    struct Relation: Sendable, Hashable {
        /// The key's first part: `sister`, `best_friend`.
        let kind: String
        var name: String?
        var details: [String] = []
    }

    /// Something liked best of its kind, such as the colour blue.
    struct Favourite: Sendable, Hashable {
        let kind: String
        let value: String
    }

    var name: String?
    var gender = Gender.unknown
    var age: String?
    var location: String?
    var occupation: String?
    var relations: [Relation] = []
    var likes: [String] = []
    var favourites: [Favourite] = []
    var dislikes: [String] = []
    var goals: [String] = []
    var plans: [String] = []
    var experiences: [String] = []

    package var isEmpty: Bool {
        name == nil && age == nil && location == nil && occupation == nil && relations.isEmpty && likes.isEmpty
            && favourites.isEmpty && dislikes.isEmpty && goals.isEmpty && plans.isEmpty && experiences.isEmpty
    }
}

extension ProfileFacts {
    /// Longest piece taken from one memory, in characters.
    private static let pieceLimit = 60
    /// How many memories of a category are looked at.
    private static let perCategory = 12

    private static let categories: [MemoryCategory] = [.fact, .relationship, .interest, .preference, .goal, .plan, .experience]

    package init(_ view: StoreView) throws {
        let found = try view.memoriesByCategory(Self.categories, perCategory: Self.perCategory)
        self.init(memories: found.values.flatMap { $0 })
        // Facts may be many: those that open the profile are asked for by name.
        let named = try view.memories(
            categories: [.fact], keys: ["full_name", "name", "age", "location", "city", "occupation", "gender"])
        for memory in named.reversed() { add(fact: memory) }
        // The full name where there is one; a nickname is for talking.
        name = try name ?? view.personName().map(Self.piece)
        gender = try view.personGender()
    }

    init(memories: [Memory]) {
        for memory in memories.sorted(by: { ($0.updatedAt, $0.id) > ($1.updatedAt, $1.id) }) {
            switch memory.category {
            case .fact: if memory.key != "name" || name == nil { addOlder(fact: memory) }
            case .relationship: add(relation: memory)
            case .interest: likes += Self.list(memory.value)
            case .preference: add(preference: memory)
            case .goal: goals.append(Self.piece(memory.value))
            case .plan: plans.append(Self.piece(memory.value))
            case .experience: experiences.append(Self.piece(memory.value))
            default: break
            }
        }
        likes = likes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    init(onboarding details: OnboardingDetails) {
        func given(_ text: String?) -> String? {
            text.map(Self.piece).flatMap { $0.isEmpty ? nil : $0 }
        }
        name = given(details.fullName)
        gender = details.gender.map(Gender.init(described:)) ?? .unknown
        occupation = given(details.occupation)
        likes = details.interests.compactMap(given)
    }

    /// A fact already known from a newer memory stays.
    private mutating func addOlder(fact memory: Memory) {
        let known = self
        add(fact: memory)
        name = known.name ?? name
        age = known.age ?? age
        location = known.location ?? location
        occupation = known.occupation ?? occupation
        if known.gender != .unknown { gender = known.gender }
    }

    private mutating func add(fact memory: Memory) {
        let value = Self.piece(memory.value)
        switch memory.key {
        case "full_name", "name": name = value
        case "age": age = value
        case "location", "city": location = value
        case "occupation": occupation = value
        case "gender": gender = Gender(described: memory.value)
        default: break
        }
    }

    private mutating func add(relation memory: Memory) {
        let value = Self.piece(memory.value)
        let (kind, attribute) = Self.split(memory.key)
        let index: Int
        if let existing = relations.firstIndex(where: { $0.kind == kind }) {
            index = existing
        } else {
            index = relations.count
            relations.append(Relation(kind: kind))
        }
        if attribute == "name" {
            relations[index].name = relations[index].name ?? value
        } else {
            relations[index].details.append(value)
        }
    }

    /// `sister_name` → (sister, name); `best_friend_name` → (best_friend, name); `sister` → (sister, name).
    private static func split(_ key: String) -> (kind: String, attribute: String) {
        for attribute in ["name", "occupation", "location", "age", "birthday", "job", "city"] where key.hasSuffix("_" + attribute)
        {
            return (String(key.dropLast(attribute.count + 1)), attribute)
        }
        return (key, "name")
    }

    private mutating func add(preference memory: Memory) {
        let value = Self.piece(memory.value)
        let key = memory.key
        if key.hasPrefix("dislikes_") || key == "dislikes" {
            dislikes.append(value)
        } else if let kind = ["favorite_", "favourite_"].lazy.filter(key.hasPrefix).map({ key.dropFirst($0.count) }).first {
            favourites.append(Favourite(kind: String(kind), value: value))
        } else if key.hasPrefix("likes_") || key == "likes" {
            likes += Self.list(memory.value)
        }
    }

    private static func list(_ value: String) -> [String] {
        value.split(whereSeparator: { ",،;؛".contains($0) }).map { piece(String($0)) }.filter { !$0.isEmpty }
    }

    /// A value as part of a sentence: one line, no full stop at its end, not too long.
    private static func piece(_ value: String) -> String {
        var text = MemoryInput.clean(value).collapsingWhitespace
        while let last = text.last, ".۔!؟?,،;؛ ".contains(last) { text.removeLast() }
        return text.cut(toWords: pieceLimit, ellipsis: "…")
    }
}
