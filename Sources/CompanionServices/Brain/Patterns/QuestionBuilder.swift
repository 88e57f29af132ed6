import LocalStore

/// Makes questions out of matches: the slots that may hold the answer, with the other keys the same thing may be stored under.
struct QuestionBuilder {
    let builder: FactBuilder
    let resolver: PersonResolver
    let lexicon: Lexicon

    private var clause: ClauseText { builder.clause }

    func question(_ kind: MemoryQuestion.Kind, _ rules: [SlotRule], claim: TextTemplate?) -> MemoryQuestion {
        var slots: [SlotPattern] = []
        var about: PersonReference?
        for rule in rules {
            switch resolution(rule) {
            case .speaker: append(rule, about: nil, to: &slots)
            case .person(let person):
                about = about ?? person
                append(rule, about: person, to: &slots)
            case .unknown: continue
            }
        }
        if about == nil { about = builder.match.captures.values.lazy.compactMap { self.person($0.value) }.first }
        if let about {
            slots.append(SlotPattern(nil, about.key))
            if kind == .everything || kind == .who { slots.append(SlotPattern(nil, about.key + "_*")) }
        }
        return MemoryQuestion(
            kind: kind, slots: unique(slots), topic: QuestionForm.topic(clause), about: about,
            time: clause.times.compactMap(\.time).first,
            claim: claim.flatMap { builder.text($0) })
    }

    private func person(_ value: SlotValue) -> PersonReference? {
        guard case .person(let reading) = value, case .person(let person) = resolver.resolve(reading, in: clause) else {
            return nil
        }
        return person
    }

    private func resolution(_ rule: SlotRule) -> PersonResolver.Resolution {
        guard let slot = rule.person, let capture = builder.match.captures[slot], case .person(let reading) = capture.value else {
            return .speaker
        }
        return resolver.resolve(reading, in: clause)
    }

    private func append(_ rule: SlotRule, about: PersonReference?, to slots: inout [SlotPattern]) {
        switch rule.key {
        case .attribute(let slot):
            guard let entry = builder.attribute(slot) else { return }
            append(entry.key, MemoryCategory(rawValue: entry.category ?? MemoryCategory.fact.rawValue), about, to: &slots)
        case .fixed(let category, let template):
            if template.slots.isEmpty, let key = template.filled({ _ in nil }) {
                append(key, category, about, to: &slots)
            } else if let filled = builder.slot(SlotRule(person: nil, key: .fixed(category ?? .general, template)), about: about)
            {
                slots.append(SlotPattern(about == nil ? category : .relationship, filled.key))
            }
        }
    }

    private func append(_ key: String, _ category: MemoryCategory?, _ about: PersonReference?, to slots: inout [SlotPattern]) {
        let aliases = (lexicon.entries["attributes"] ?? []).first { $0.key == key }?.aliases ?? []
        if let about {
            slots += ([key] + aliases).map { SlotPattern(.relationship, "\(about.key)_\($0)") }
        } else {
            slots.append(SlotPattern(category, key))
            slots += aliases.map { SlotPattern(nil, $0) }
        }
    }

    private func unique(_ slots: [SlotPattern]) -> [SlotPattern] {
        var seen: Set<SlotPattern> = []
        return slots.filter { seen.insert($0).inserted }
    }
}

extension SlotRule {
    init(person: String?, key: Key) {
        self.person = person
        self.key = key
    }
}
