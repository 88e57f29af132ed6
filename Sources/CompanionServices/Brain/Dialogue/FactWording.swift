import Foundation
import LocalStore

/// Putting memories into sentences of the companion's.
extension Turn {
    /// Everything needed to speak of one slot.
    struct SlotWording {
        let rule: DialogueRules.Fact
        /// The person it is about; nil is the speaker.
        var subject: PersonWording?
        /// The stem of that person's keys.
        let stem: String?
        /// What the key names ("color" of `favorite_color`), as slots that agree with it.
        let thing: [String: String]?
    }

    func wording(of slot: MemorySlot) -> SlotWording? {
        guard let (rule, named) = wording.fact(slot) else { return nil }
        var stars = named
        var subject: PersonWording?
        if rule.isAboutPerson, let first = stars.first {
            let stem = personStem(first, rule)
            stars[0] = stem
            subject = personWording(stem: stem, includingName: !slot.key.hasSuffix("_name"))
        }
        var thing = stars.count > (rule.isAboutPerson ? 1 : 0) ? stars.last.flatMap(noun) : nil
        if rule.isAboutPerson, let whole = named.first, let stem = stars.first, whole != stem {
            thing = noun(String(whole.dropFirst(stem.count + 1)))
        }
        if thing == nil, stars.isEmpty {
            thing = noun(slot.key.hasSuffix("_count") ? String(slot.key.dropLast("_count".count)) : slot.key)
        }
        return SlotWording(rule: rule, subject: subject, stem: rule.isAboutPerson ? stars.first : nil, thing: thing)
    }

    /// Keys of plans and the like go on after the person: `older_son_wedding_plan`.
    private func personStem(_ stem: String, _ rule: DialogueRules.Fact) -> String {
        guard wording.words["stem.goes.on"]?.contains(rule.wording) == true || wording.relation(ofStem: stem) == nil else {
            return stem
        }
        let person = wording.person(inStem: stem) { people.name(ofStem: $0) != nil }
        guard person == stem, wording.words["stem.goes.on"]?.contains(rule.wording) == true, let end = stem.lastIndex(of: "_")
        else { return person }
        // Somebody known by name only: the plan's name follows theirs.
        return String(stem[..<end])
    }

    func personWording(stem: String, includingName: Bool = true) -> PersonWording {
        let known = state.mentioned.first { $0.key == stem }
        let gender = known?.gender ?? understanding.mentioned.first { $0.key == stem }?.gender ?? .unknown
        let name = people.name(ofStem: stem) ?? known?.name
        return wording.wording(
            ofStem: stem, name: name.map { ValueWording.properName(values.spoken($0, noted: nil, in: language)) }, gender: gender,
            language: language,
            includingName: includingName)
    }

    func personWording(_ person: PersonReference, includingName: Bool = true) -> PersonWording {
        wording.wording(
            ofStem: person.key, name: (people.name(ofStem: person.key) ?? person.name).map(ValueWording.properName),
            gender: person.gender, language: language,
            includingName: includingName)
    }

    /// The noun for "color" as slots: `thing`, in Urdu also its oblique form `things`, and the possessives that agree with it.
    func noun(_ slug: String) -> [String: String]? {
        let singular = slug.hasSuffix("s") ? String(slug.dropLast()) : slug
        guard let entry = (wording.nouns[slug] ?? wording.nouns[singular])?[language.rawValue] else {
            guard language == .english else { return nil }
            let words = slug.replacing("_", with: " ")
            return ["thing": words, "things": words]
        }
        let parts = entry.split(separator: "|").map(String.init)
        guard parts.count == 3 else { return ["thing": entry, "things": entry] }
        let isFemale = parts[1] == "f"
        let possessives =
            language == .urdu
            ? (isFemale ? ("کی", "اپنی") : ("کا", "اپنے")) : (isFemale ? ("ki", "apni") : ("ka", "apne"))
        let several = language == .urdu ? (isFemale ? "کی" : "کے") : (isFemale ? "ki" : "ke")
        return ["thing": parts[0], "things": parts[2], "gen": possessives.0, "own": possessives.1, "gens": several]
    }

    /// A clause without a capital and an end mark: "you live in Lahore". Nil when there is no natural one in this language.
    func clause(_ memory: Memory) throws -> String? {
        try clause(memory.category, memory.key, [memory])
    }

    /// One clause for several values of like slots: "you like tea, coffee and juice".
    private func clause(_ category: MemoryCategory, _ key: String, _ memories: [Memory], after stem: String? = nil) throws
        -> String?
    {
        guard var slot = wording(of: MemorySlot(category, key)) else { return nil }
        if let stem, stem == slot.stem { slot.subject = slot.subject?.pronoun(language) }
        let spoken = try memories.map(spokenValueAndTime)
        let isPhrase = wording.words["phrases"]?.contains(slot.rule.wording) == true
        // A whole phrase in another language does not fit into a sentence of this one.
        let timeless = try memories.map(timelessValue)
        let fits = zip(memories, timeless).allSatisfy { values.fits($1, noted: $0.provenance.language, in: language) }
        if isPhrase, !fits { return nil }
        if language.isUrdu, wording.words["quoted.ur"]?.contains(slot.rule.wording) == true { return nil }
        var filling = slots(value: list(spoken.map(\.value)), of: slot)
        filling["are"] = plural(spoken.map(\.value))
        if spoken.count == 1 { filling["when"] = spoken[0].when }
        let shape = values.shape(of: spoken.first?.value ?? "", in: language)
        guard var id = sayID(slot.rule.wording, shape: shape, part: "say", isPhrase: isPhrase) else { return nil }
        for kind in ["one", "none", "alone"] where speaker.book.has("\(id).\(kind)") {
            let value = TextNormalizer.normalize(memories.first?.value ?? "")
            if wording.words["value.\(kind)"]?.contains(where: { TextNormalizer.normalize($0) == value }) == true {
                id += ".\(kind)"
            }
        }
        if speaker.book.has(id + ".past"), let only = memories.first, memories.count == 1, let due = try due(of: only),
            due.end <= now
        {
            id += ".past"
        }
        return speaker.say(id, filling, subject: slot.subject)
    }

    /// The phrase for a value of this shape; nil when a whole phrase has no fitting one.
    func sayID(_ wording: String, shape: ValueWording.Shape, part: String, isPhrase: Bool) -> String? {
        let id = "fact.\(wording).\(part)"
        if shape == .thing { return id }
        if speaker.book.has("\(id).\(shape.rawValue)") { return "\(id).\(shape.rawValue)" }
        return shape == .sentence && isPhrase && language.isUrdu ? nil : id
    }

    func slots(value: String, of slot: SlotWording) -> [String: String] {
        var slots = ["value": value]
        slots["a"] = ValueWording.article(for: value)
        slots["name"] = person.firstName
        slots["are"] = plural([value])
        if language.isUrdu {
            // "شادی" is feminine as most words in ی are; known nouns know better.
            let isFemale = slot.thing?["gen"].map { $0 == "کی" || $0 == "ki" } ?? (value.hasSuffix("ی") || value.hasSuffix("i"))
            slots["vgen"] = language == .urdu ? (isFemale ? "کی" : "کا") : (isFemale ? "ki" : "ka")
        }
        if let thing = slot.thing { slots.merge(thing) { _, new in new } }
        return slots
    }

    /// A memory's value without the words that said when ("exam on Friday"), and the time as it is said today.
    func spokenValueAndTime(_ memory: Memory) throws -> (value: String, when: String?) {
        // Of facts the time is a part ("wake up at five"), of the rest it is when they happen.
        guard memory.category != .fact, let due = try due(of: memory) else { return (spokenValue(memory), nil) }
        let value = try timelessValue(memory)
        return (values.spoken(value, noted: memory.provenance.language, in: language), words(for: due))
    }

    /// The value without the words that said when; the value itself where nothing else is left.
    private func timelessValue(_ memory: Memory) throws -> String {
        guard let due = try due(of: memory), !due.words.isEmpty,
            let range = memory.value.range(of: due.words, options: .caseInsensitive)
        else { return memory.value }
        var value = memory.value
        value.removeSubrange(range)
        value = value.split(separator: " ").joined(separator: " ")
        return value.isEmpty ? memory.value : value
    }

    /// "Is" or "are" for some things.
    private func plural(_ items: [String]) -> String {
        let only = items.first ?? ""
        switch language {
        case .english:
            let isPlural =
                items.count > 1 || (ValueWording.article(for: only).isEmpty && only.hasSuffix("s") && !only.hasSuffix("ss"))
            return isPlural ? "are" : "is"
        case .urdu:
            // گانے are many, چائے is one.
            let isPlural = only.hasSuffix("یں") || only.hasSuffix("ے") && !only.hasSuffix("ئے")
            return items.count > 1 || isPlural ? "ہیں" : "ہے"
        case .romanUrdu: return items.count > 1 || only.hasSuffix("ein") ? "hain" : "hai"
        }
    }

    func spokenValue(_ memory: Memory) -> String {
        let value = values.spoken(memory.value, noted: memory.provenance.language, in: language)
        guard let rule = wording.fact(MemorySlot(memory.category, memory.key))?.fact.wording else { return value }
        if wording.words["names"]?.contains(rule) == true { return ValueWording.properName(value) }
        // A city is one word; "a small village" is none.
        let isPlace = wording.words["places"]?.contains(rule) == true && !value.contains(" ")
        return isPlace ? ValueWording.properName(value) : value
    }

    /// The clauses of some memories, like ones drawn together, in the order of the first of each kind. Memories without a
    /// natural clause are quoted as they were said.
    func clauses(_ memories: [Memory]) throws -> [String] {
        var groups: [(name: String, memories: [Memory])] = []
        for memory in memories {
            let name = groupName(memory)
            if let name, let index = groups.firstIndex(where: { $0.name == name }) {
                groups[index].memories.append(memory)
            } else {
                groups.append((name ?? "\(memory.id)", [memory]))
            }
        }
        var previous: String?
        return try groups.compactMap { group in
            guard let first = group.memories.first else { return nil }
            if let clause = try clause(first.category, first.key, group.memories, after: previous) {
                // The next clause about the same person says "she".
                previous = stem(of: first)
                return clause
            }
            previous = nil
            let quotes = try group.memories.compactMap(quotation)
            return quotes.isEmpty ? nil : list(quotes)
        }
    }

    /// The person a memory is about, by the stem of the key; nil is the speaker.
    func stem(of memory: Memory) -> String? {
        guard let (rule, stars) = wording.fact(MemorySlot(memory.category, memory.key)), rule.isAboutPerson else { return nil }
        return stars.first.map { personStem($0, rule) }
    }

    /// Memories with the same name can be said in one breath; nil stands alone.
    private func groupName(_ memory: Memory) -> String? {
        guard let (rule, stars) = wording.fact(MemorySlot(memory.category, memory.key)),
            wording.words["lists"]?.contains(rule.wording) == true
        else { return nil }
        return rule.wording + "/" + (rule.isAboutPerson ? stars.first.map { personStem($0, rule) } ?? "" : "")
    }

    /// "you said: “…”", from the message the memory was read from, or from its value.
    func quotation(_ memory: Memory) throws -> String? {
        let said = try memory.provenance.messageID.flatMap { try view.message(id: $0) }
        if let said, said.role == .user {
            return speaker.say("quote.said", ["quote": values.quoted(said.text, in: language)])
        }
        let thing = memory.key.replacing("_", with: " ")
        return speaker.say("quote.plain", ["thing": thing, "quote": values.quoted(memory.value, in: language)])
    }

    /// "your sister's name", "where you live": what a question about the slot is about.
    func noun(of slot: MemorySlot) throws -> String? {
        guard let known = wording(of: slot) else { return nil }
        return speaker.say("fact.\(known.rule.wording).noun", slots(value: "", of: known), subject: known.subject)
    }

    /// "What is your sister's name?", or "What does she do?" after a sentence about her.
    func question(about slot: MemorySlot, after stem: String? = nil) throws -> String? {
        guard var known = wording(of: slot) else { return nil }
        if let stem, stem == known.stem { known.subject = known.subject?.pronoun(language) }
        return speaker.say("fact.\(known.rule.wording).ask", slots(value: "", of: known), subject: known.subject)
    }

    // MARK: Time

    /// When a plan is due, in words that fit into a sentence; nil when no time was said.
    func dueWords(_ memory: Memory) throws -> String? {
        try due(of: memory).flatMap(words)
    }

    func words(for time: TimeReference) -> String? {
        let today = calendar.date(of: now)
        switch time.precision {
        case .minute: return formatter.dateTime(time.start, now: now)
        case .hour, .day: return formatter.day(calendar.date(of: time.start), today: today)
        case .week: return week(of: calendar.date(of: time.start))
        case .month: return speaker.say("time.month", ["month": formatter.month(calendar.date(of: time.start).month)])
        case .year: return speaker.say("time.year", ["year": String(calendar.date(of: time.start).year)])
        }
    }

    private func week(of date: LocalDate) -> String? {
        let weeks = date.startOfWeek.days(since: calendar.date(of: now).startOfWeek) / 7
        switch weeks {
        case 0: return speaker.say("time.week.this")
        case -1: return speaker.say("time.week.last")
        case 1: return speaker.say("time.week.next")
        default:
            let start = date.startOfWeek
            return speaker.say("time.week.of", ["date": "\(start.day) \(formatter.month(start.month))"])
        }
    }

    /// The time that was understood when the memory was said; kept with the message.
    func due(of memory: Memory) throws -> TimeReference? {
        guard let id = memory.provenance.messageID, let said = try view.message(id: id) else { return nil }
        return TurnRecord.due(of: MemorySlot(memory.category, memory.key), in: said.details)
    }

    /// When something was said: "earlier today", "yesterday", "last Friday", "on Friday, 20 March".
    func saidWhen(_ moment: Timestamp) -> String {
        let date = calendar.date(of: moment)
        let today = calendar.date(of: now)
        if date >= today { return speaker.say("time.today") ?? "" }
        if date.days(since: today) >= -6 { return formatter.day(date, today: today) }
        let words =
            date.year == today.year
            ? "\(date.day) \(formatter.month(date.month))" : "\(formatter.month(date.month)) \(date.year)"
        return speaker.say(date.year == today.year ? "time.date" : "time.inmonth", ["date": words]) ?? words
    }
}
