import LocalStore

/// Longer answers: everything known, and what was said in a stretch of time.
extension Turn {
    private static let perTheme = 4
    private static let messageLimit = 400
    private static let quotesLimit = 2
    private static let clausesLimit = 6

    // MARK: What do you know about me?

    func tellEverything(about: PersonReference?) throws {
        note(rule: "told what is known")
        if let about { return try tellPerson(about) }
        let memories = try MemoryCategory.known.flatMap { try view.memories(categories: [$0], limit: 60) }
        guard !memories.isEmpty else {
            say("about.nothing", as: .answer)
            return
        }
        var byTheme: [String: [Memory]] = [:]
        for memory in memories {
            let theme = wording.fact(MemorySlot(memory.category, memory.key))?.fact.theme ?? "other"
            byTheme[theme, default: []].append(memory)
        }
        remember(memories)
        var told = 0
        var sentences: [String] = []
        for theme in wording.themes {
            // The order in which things were told reads more naturally than the newest first.
            guard let group = byTheme[theme]?.sorted(by: isToldBefore) else { continue }
            let shown = byPerson(Array(withoutRepeats(group).prefix(theme == "people" ? Self.perTheme * 2 : Self.perTheme)))
            let clauses = try clauses(shown)
            guard !clauses.isEmpty else { continue }
            told += shown.count
            sentences += [speaker.say("about.\(theme)", ["clauses": list(clauses)])].compactMap(\.self)
        }
        let opening = speaker.say("about.opening", ["name": person.firstName ?? ""])
        parts.append(
            Part(
                role: .answer,
                text: ([opening].compactMap(\.self) + sentences).map { $0.asSentence(language) }.joined(separator: " ")))
        let rest = memories.count - told
        if rest > 0 { say(rest == 1 ? "about.more.one" : "about.more", ["count": String(rest)], as: .answer) }
    }

    /// In the order of the rules (names first), then as they were told.
    private func isToldBefore(_ left: Memory, _ right: Memory) -> Bool {
        let ranks = [left, right].map { wording.rank(MemorySlot($0.category, $0.key)) }
        return ranks[0] != ranks[1] ? ranks[0] < ranks[1] : (left.createdAt, left.id) < (right.createdAt, right.id)
    }

    /// With everything about one person together.
    private func byPerson(_ memories: [Memory]) -> [Memory] {
        var stems: [String] = []
        for memory in memories {
            let stem = stem(of: memory) ?? ""
            if !stems.contains(stem) { stems.append(stem) }
        }
        return stems.flatMap { stem in memories.filter { (self.stem(of: $0) ?? "") == stem } }
    }

    /// Of name and full name one is enough.
    private func withoutRepeats(_ memories: [Memory]) -> [Memory] {
        var seen: Set<String> = []
        return memories.filter { memory in
            guard let (rule, stars) = wording.fact(MemorySlot(memory.category, memory.key)), stars.isEmpty else { return true }
            return seen.insert(rule.wording).inserted
        }
    }

    private func tellPerson(_ about: PersonReference) throws {
        let memories = try self.memories(ofPerson: about)
        let subject = personWording(about)
        let lists = try lists(naming: about)
        guard !memories.isEmpty || !lists.isEmpty else {
            say("answer.unknown.person", as: .answer, subject: subject)
            return
        }
        remember(memories)
        let clauses = try clauses(lists + Array(memories.sorted(by: isToldBefore).prefix(6)))
        if clauses.isEmpty {
            say("answer.unknown.person", as: .answer, subject: subject)
        } else {
            say(
                clauses.count == 1 ? "answer.one" : "answer.list", ["clause": list(clauses), "clauses": list(clauses)],
                as: .answer)
        }
    }

    /// "your children are Tom and Lily": who Lily is.
    private func lists(naming person: PersonReference) throws -> [Memory] {
        guard let name = person.name ?? people.name(ofStem: person.key) else { return [] }
        let wanted = TextNormalizer.tokens(name)
        return try view.memories(category: .relationship, keyPattern: "*", limit: 200).filter { memory in
            wording.fact(MemorySlot(memory.category, memory.key))?.fact.wording == "names"
                && Set(wanted).isSubset(of: TextNormalizer.tokens(memory.value))
        }
    }

    /// All that is stored about a person, under their stem or their name.
    func memories(ofPerson person: PersonReference) throws -> [Memory] {
        let stems = [person.key] + (person.name.flatMap { people.person(named: $0)?.key }.map { [$0] } ?? [])
        var result: [Memory] = []
        for stem in Set(stems) {
            result += try view.memories(category: .relationship, keyPattern: stem + "_*", limit: 60)
            result += try view.memories(category: nil, keyPattern: stem, limit: 5)
        }
        return result
    }

    // MARK: What did I tell you yesterday?

    func tellHistory(_ question: MemoryQuestion) throws {
        note(rule: "told what was said")
        let topic = Set(question.topic.flatMap { TextNormalizer.indexTerms($0) })
        let hasTopic = !topic.isEmpty || question.about != nil
        var messages = try said(question, hasTopic: hasTopic).filter(mayBeQuoted)
        if hasTopic { messages = try about(topic, question, messages) }
        let when = question.time.map { calendar.date(of: $0.start) }.map { formatter.day($0, today: calendar.date(of: now)) }
        let isOneDay = question.time.map { $0.end.seconds(since: $0.start) <= 26 * 3600 } ?? false
        guard !messages.isEmpty else {
            if let time = question.time, try tellDeeds(in: time) { return }
            if let when, isOneDay, say("history.none.day", ["when": when], as: .answer) { return }
            say("history.none", as: .answer)
            return
        }
        // Without a time the last things said are meant.
        let recent = Array(messages.suffix(60))
        let facts = try recent.flatMap { try view.memories(saidIn: $0.id) }
        // What was put right since is not repeated as if it still held.
        let answers = try answersToQuestions(recent)
        let untold = try recent.filter { message in
            try !answers.contains(message.id) && view.memories(saidIn: message.id).isEmpty && message.text.count > 8
                && view.supersession(ofMessage: message.id) == nil
        }
        let shown = Array(facts.suffix(Self.clausesLimit * 2))
        let clauses = Array(try clauses(shown).prefix(Self.clausesLimit))
        remember(shown)
        let quotes = Self.telling(untold, limit: Self.quotesLimit).map { values.quoted($0.text, in: language) }
        if !clauses.isEmpty {
            let first = messages.last.map { saidWhen($0.createdAt) } ?? ""
            let id = isOneDay ? "history.day" : hasTopic ? "history.topic" : "history.time"
            say(id, ["clauses": list(clauses), "when": isOneDay ? (when ?? first) : first], as: .answer)
            if !quotes.isEmpty {
                say("history.also", ["quotes": list(quotes)], as: .answer)
            } else if facts.count > shown.count {
                say("history.more", as: .answer)
            }
        } else if let last = untold.last {
            say("history.quotes", ["quotes": list(quotes), "when": saidWhen(last.createdAt)], as: .answer)
        } else {
            say("history.none", as: .answer)
        }
    }

    /// What happened in that time, whenever it was told; false when nothing is known.
    private func tellDeeds(in time: TimeReference) throws -> Bool {
        let deeds = try view.memories(category: .experience, keyPattern: "*", limit: 60).filter { memory in
            try due(of: memory).map { $0.start < time.end && time.start < $0.end } ?? false
        }
        let clauses = try clauses(Array(deeds.prefix(Self.clausesLimit)))
        guard !clauses.isEmpty else { return false }
        remember(deeds)
        return say(
            clauses.count == 1 ? "answer.one" : "answer.list", ["clause": list(clauses), "clauses": list(clauses)], as: .answer)
    }

    /// Messages that only answered a question of ours ("at seven"): they tell nothing by themselves.
    private func answersToQuestions(_ messages: [Message]) throws -> Set<String> {
        let ours = try view.answers(to: messages.map(\.id))
        let completing = ours.filter { $0.details["rules"]?.arrayValue?.contains(.string(Self.tookAnswer)) == true }
        return Set(completing.compactMap { $0.details["answers"]?.stringValue })
    }

    static let tookAnswer = "took the answer to its question"

    /// The person's messages a question may be about, oldest first.
    private func said(_ question: MemoryQuestion, hasTopic: Bool) throws -> [Message] {
        if let time = question.time {
            return try view.messages(
                from: time.start, to: min(time.end, now.advanced(by: 1)), role: .user, limit: Self.messageLimit)
        }
        guard hasTopic else {
            // Without a time or a topic the last talks are meant.
            let talks = try view.conversations(limit: 3).reversed()
            return try talks.flatMap { try view.messages(conversation: $0.id, limit: 60) }
        }
        var messages = try search(question, text: utterance).compactMap(\.message)
        if let about = question.about {
            let ids = Set(try memories(ofPerson: about).compactMap(\.provenance.messageID)).subtracting(messages.map(\.id))
            messages += try ids.compactMap { try view.message(id: $0) }
        }
        return messages.sorted { $0.id < $1.id }
    }

    private func about(_ topic: Set<String>, _ question: MemoryQuestion, _ messages: [Message]) throws -> [Message] {
        var terms = topic
        if let about = question.about {
            let name = people.name(ofStem: about.key) ?? about.name
            terms.formUnion(TextNormalizer.indexTerms(name ?? about.key.replacing("_", with: " ")))
            let ids = Set(try memories(ofPerson: about).compactMap(\.provenance.messageID))
            return messages.filter { ids.contains($0.id) || !terms.isDisjoint(with: TextNormalizer.indexTerms($0.text)) }
        }
        let related = Set(terms.flatMap { searcher.synonyms(of: $0) })
        return messages.filter { !terms.union(related).isDisjoint(with: TextNormalizer.indexTerms($0.text)) }
    }

    /// The longest, in the order they were said: they tell most.
    private static func telling(_ messages: [Message], limit: Int) -> [Message] {
        let chosen = Set(messages.sorted { $0.text.count > $1.text.count }.prefix(limit).map(\.id))
        return messages.filter { chosen.contains($0.id) }
    }
}
