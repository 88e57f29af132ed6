import LocalStore

/// One memory made from the onboarding answers.
struct OnboardingField: Sendable, Hashable {
    let category: MemoryCategory
    let key: String
    let value: String

    /// What these answers say, in the order it is stored.
    static func fields(of details: OnboardingDetails) -> [OnboardingField] {
        var fields: [OnboardingField] = []
        func add(_ category: MemoryCategory, _ key: String, _ value: String?) {
            guard let value = value.map(MemoryInput.clean), !value.isEmpty else { return }
            fields.append(OnboardingField(category: category, key: key, value: value))
        }
        add(.fact, "full_name", details.fullName)
        add(.fact, "gender", details.gender)
        add(.preference, "pronouns", details.gender.map { Gender(described: $0).pronouns })
        add(.fact, "occupation", details.occupation)
        // The cloud column may hold one text with commas instead of a list.
        let interests = details.interests.flatMap(OnboardingAnswers.interests(in:))
        add(.interest, "main_interests", interests.joined(separator: ", "))
        return fields
    }

    var name: String { "\(category.rawValue)/\(key)" }
}

extension StoreTransaction {
    /// Writes what is new in the answers since they were last carried over, and gives those memories.
    func carryOver(_ details: OnboardingDetails) throws -> [Memory] {
        let applied = try view.decodedSetting([String: String].self, PersonSetting.onboardingApplied) ?? [:]
        var next = applied
        var written: [Memory] = []
        for field in OnboardingField.fields(of: details) where applied[field.name] != field.value {
            next[field.name] = field.value
            guard try !isTouched(field, since: details.updatedAt) else { continue }
            let input = try MemoryInput(category: field.category, key: MemoryKey(validating: field.key), value: field.value)
            let provenance = Provenance(source: .onboarding, explicit: true)
            switch try saveMemory(input, provenance: provenance) {
            case .inserted(let memory), .replaced(let memory, _): written.append(memory)
            case .unchanged: continue
            }
        }
        if next != applied { try encodeSetting(PersonSetting.onboardingApplied, next) }
        // The first profile is made from the answers at once; a later one follows in the background.
        if !written.isEmpty, try view.userProfile()?.profileText.isEmpty == false { try enqueueProfileRewrite() }
        return written
    }

    /// The person has said, corrected or forgotten this after they answered.
    private func isTouched(_ field: OnboardingField, since answered: Timestamp) throws -> Bool {
        if let memory = try view.memory(category: field.category, key: field.key) { return memory.updatedAt > answered }
        let last = try view.memoryRevisions(category: field.category, key: field.key, limit: 1).first
        return last.map { $0.validTo > answered } ?? false
    }

    /// Takes the answer behind an erased memory out of the onboarding row and out of the note of what was carried over.
    func eraseOnboardingAnswer(category: MemoryCategory, key: String) throws {
        let name = "\(category.rawValue)/\(key)"
        if var applied = try view.decodedSetting([String: String].self, PersonSetting.onboardingApplied),
            applied.removeValue(forKey: name) != nil
        {
            try encodeSetting(PersonSetting.onboardingApplied, applied)
        }
        guard try view.onboardingDetails() != nil else { return }
        switch name {
        // An empty text is how the store takes an answer back: nil would leave it.
        case "FACT/full_name": _ = try saveOnboardingDetails(fullName: "")
        case "FACT/gender": _ = try saveOnboardingDetails(gender: "")
        case "FACT/occupation": _ = try saveOnboardingDetails(occupation: "")
        case "INTEREST/main_interests": _ = try saveOnboardingDetails(interests: [])
        default: break
        }
    }
}
