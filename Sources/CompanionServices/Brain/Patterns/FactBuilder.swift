import LocalStore

/// Turns a match into facts and questions: fills in keys and values, decides whom they are about.
struct FactBuilder {
    let clause: ClauseText
    let match: PatternMatch
    let resolver: PersonResolver
    let isCorrection: Bool

    struct Built {
        var facts: [ExtractedFact]
        var people: [PersonReference]
    }

    // MARK: facts

    /// The facts of some rules; nil if a person cannot be told, empty if every rule lacks a slot.
    func facts(_ rules: [StoreRule], confidence: Double) -> Built? {
        var built = Built(facts: [], people: [])
        for rule in rules {
            let about: PersonReference?
            if let slot = rule.person, rule.isPersonRequired, match.captures[slot] == nil { continue }
            switch person(rule) {
            case .unknown: return nil
            case .speaker: about = nil
            case .person(let reference): about = reference
            }
            guard let pieces = rule.each.map({ items(of: $0) }) ?? [nil] as [Range<Int>?] else { continue }
            for piece in pieces {
                guard let slot = slot(rule.target, about: about, item: (rule.each, piece)),
                    let value = text(rule.value, item: (rule.each, piece)), !value.isEmpty
                else { continue }
                var fact = ExtractedFact(
                    category: slot.category, key: slot.key, value: value, about: about, confidence: confidence)
                fact.supersedes = rule.supersedes.compactMap { self.slot($0, about: about, item: (rule.each, piece)) }
                fact.time = time(for: slot.category, in: value)
                built.facts.append(fact)
            }
            if let about { built.people.append(self.named(about, rule)) }
        }
        return built
    }

    /// "my sister Fatima ..." tells her name besides what else is said.
    func nameFacts(_ people: [PersonReference], confidence: Double) -> [ExtractedFact] {
        match.captures.values.compactMap { capture in
            guard case .person(let reading) = capture.value, let range = reading.name, !reading.links.isEmpty,
                reading.links.last?.plural == false,
                case .person(let person) = resolver.resolve(reading, in: clause, isCorrection: isCorrection)
            else { return nil }
            return ExtractedFact(
                category: .relationship, key: person.key + "_name", value: clause.original(range), about: person,
                confidence: confidence)
        }
    }

    private func named(_ person: PersonReference, _ rule: StoreRule) -> PersonReference {
        guard case .fixed(_, let template) = rule.target.key, template == TextTemplate("name"),
            let name = text(rule.value, item: (nil, nil))
        else { return person }
        var person = person
        person.name = name
        if person.gender == .unknown { person.gender = clause.lexicon.genderOfName(name) }
        return person
    }

    private func person(_ rule: StoreRule) -> PersonResolver.Resolution {
        guard let slot = rule.person else { return .speaker }
        guard let capture = match.captures[slot], case .person(let reading) = capture.value else { return .speaker }
        var name: String?
        if reading.name == nil, case .fixed(_, let template) = rule.target.key, template == TextTemplate("name"), slot == "kin" {
            name = text(rule.value, item: (nil, nil))
        }
        return resolver.resolve(reading, in: clause, name: name, isCorrection: isCorrection)
    }

    /// The words that say when, also where they stand apart: "کل ... صبح دس بجے".
    private var timeWords: String? {
        let spans = clause.times.filter { $0.time != nil || $0.recurrence != nil }
        return spans.isEmpty ? nil : spans.prefix(3).map { clause.original($0.range) }.joined(separator: " ")
    }

    private func time(for category: MemoryCategory, in value: String) -> TimeReference? {
        for capture in match.captures.values {
            if case .time(let span) = capture.value { return span.time }
        }
        let dated: [MemoryCategory] = [.plan, .experience, .goal]
        guard dated.contains(category) else { return nil }
        let first = clause.times.compactMap(\.time).first
        // Day and hour may stand apart; the value must hold them as they are said together.
        guard let whole = clause.schedule, let time = whole.time, whole.recurrence == nil, value.contains(time.words) else {
            return first
        }
        return time
    }

    // MARK: slots and values

    typealias Item = (slot: String?, range: Range<Int>?)

    func slot(_ rule: SlotRule, about: PersonReference?, item: Item = (nil, nil)) -> MemorySlot? {
        let category: MemoryCategory
        var key: String
        switch rule.key {
        case .fixed(let fixed, let template):
            guard let fixed, let filled = template.filled({ self.key($0, item: item) }) else { return nil }
            category = fixed
            key = filled
        case .attribute(let slot):
            guard let entry = attribute(slot) else { return nil }
            category = MemoryCategory(rawValue: entry.category ?? MemoryCategory.fact.rawValue)
            key = entry.key
        }
        if let about { key = "\(about.key)_\(key)" }
        while key.hasPrefix("_") { key.removeFirst() }
        guard !key.isEmpty else { return nil }
        return MemorySlot(about == nil ? category : .relationship, String(key.prefix(MemoryKey.maximumLength)))
    }

    func attribute(_ slot: String) -> LexiconEntry? {
        guard let capture = match.captures[slot], case .term(let list, let index) = capture.value else { return nil }
        return clause.lexicon.entry(list, index)
    }

    private func key(_ name: String, item: Item) -> String? {
        guard let capture = match.captures[name] else { return nil }
        if name == item.slot, let range = item.range { return KeySlug.make(range, in: clause) }
        switch capture.value {
        case .term(let list, let index): return clause.lexicon.entry(list, index)?.key
        case .person(let reading):
            guard case .person(let person) = resolver.resolve(reading, in: clause) else { return nil }
            return person.key
        default: return KeySlug.make(ValueText.trimmed(capture.range, in: clause), in: clause)
        }
    }

    func text(_ template: TextTemplate, item: Item = (nil, nil)) -> String? {
        template.filled { name in
            switch name {
            case "clause": return clause.original(ValueText.trimmed(0..<clause.count, in: clause))
            case "predicate": return clause.original(ValueText.predicate(in: clause))
            case "time":
                return timeWords.map { " " + $0 } ?? ""
            default: break
            }
            let parts = name.split(separator: ".").map(String.init)
            guard let slot = parts.first, let capture = match.captures[slot] else { return nil }
            var range = slot == item.slot ? item.range ?? capture.range : capture.range
            range = ValueText.trimmed(range, in: clause)
            if case .time = capture.value { range = ValueText.withoutPrepositions(range, in: clause) }
            if parts.contains("bare") { range = ValueText.withoutArticle(range, in: clause) }
            if parts.contains("key"), let entry = attribute(slot) { return entry.key }
            let text = clause.original(range)
            return text.isEmpty ? nil : text
        }
    }

    /// The items of a list in a slot: "tea, coffee and juice". One item if it is no list.
    private func items(of slot: String) -> [Range<Int>?]? {
        guard let capture = match.captures[slot] else { return nil }
        return ListSplitter.items(capture.range, in: clause)
    }
}
