/// Who a stretch of words names, before it is known which person that is.
struct PersonReading: Hashable {
    enum Root: Hashable {
        case speaker
        case pronoun(PersonGrammar.Third)
        /// A name, by token range.
        case name(Range<Int>)
    }

    struct Link: Hashable {
        /// Index in the `relations` list.
        let relation: Int
        let modifiers: [String]
        let plural: Bool
    }

    var root: Root
    /// From the root outwards: "my sister's husband" is sister, husband.
    var links: [Link] = []
    /// The name in apposition: "my sister Fatima".
    var name: Range<Int>?
    /// One past the last token, case marker included.
    var end: Int

    var isSpeaker: Bool { root == .speaker && links.isEmpty }
}

/// Finds phrases that name a person in a given role.
struct PersonReader {
    let clause: ClauseText

    private var grammar: PersonGrammar { clause.lexicon.persons }
    private static let longestChain = 3

    /// Readings that start at a position, the longest first.
    func read(_ role: PersonRole, at start: Int) -> [PersonReading] {
        var result: [PersonReading] = []
        for pronoun in grammar.pronouns[role] ?? [] where hasWords(pronoun.words, at: start) {
            let end = start + pronoun.words.count
            let root: PersonReading.Root = pronoun.third.map { .pronoun($0) } ?? .speaker
            result.append(PersonReading(root: root, end: end))
        }
        let markers = grammar.markers[role] ?? []
        for reading in nouns(at: start) {
            guard !markers.isEmpty else {
                result.append(reading)
                continue
            }
            for marker in markers where hasWords(marker, at: reading.end) {
                var marked = reading
                marked.end += marker.count
                result.append(marked)
            }
            // "my sisters name": the apostrophe is often left out.
            if role == .of, clause.lexicon.language == .english, let last = reading.links.last, last.plural {
                var singular = reading
                singular.links[singular.links.count - 1] = .init(
                    relation: last.relation, modifiers: last.modifiers, plural: false)
                result.append(singular)
            }
        }
        return result.sorted { $0.end > $1.end }
    }

    /// "my sister", without a name: for "Fatima is my sister".
    func kin(at start: Int) -> [PersonReading] {
        nouns(at: start).filter { $0.name == nil && !$0.links.isEmpty && $0.root == .speaker }.sorted { $0.end > $1.end }
    }

    /// "brother", "elder sister", "brothers", without a name.
    func bareRelations(at start: Int) -> [PersonReading] {
        related(root: .speaker, at: start, depth: 0).filter { $0.name == nil && $0.links.count == 1 }
    }

    // MARK: noun phrases

    private func nouns(at start: Int) -> [PersonReading] {
        guard start < clause.count else { return [] }
        var result: [PersonReading] = []
        if grammar.own.contains(clause.ids[start]) {
            result += related(root: .speaker, at: start + 1, depth: 0)
        }
        for other in grammar.others where hasWords(other.words, at: start) {
            result += related(root: .pronoun(other.third), at: start + other.words.count, depth: 0)
        }
        let mayBeBare = clause.lexicon.language != .english || start == 0
        result += related(root: .speaker, at: start, depth: 0).filter { reading in
            mayBeBare || reading.links.first.map { relationTags($0.relation).contains("vocative") } ?? false
        }
        for end in nameEnds(at: start, mustBeKnown: true) {
            let reading = PersonReading(root: .name(start..<end), end: end)
            result.append(reading)
            result += possessed(reading, depth: 0)
            // "Fatima, my sister, ..."
            let next = skipComma(end)
            if next < clause.count, grammar.own.contains(clause.ids[next]) {
                for apposition in related(root: .speaker, at: next + 1, depth: 0) where apposition.name == nil {
                    var named = apposition
                    named.name = start..<end
                    named.end = skipComma(apposition.end)
                    result.append(named)
                }
            }
        }
        return result
    }

    private func related(root: PersonReading.Root, links: [PersonReading.Link] = [], at start: Int, depth: Int) -> [PersonReading]
    {
        guard depth < Self.longestChain else { return [] }
        var position = start
        var modifiers: [String] = []
        while position < clause.count {
            if let modifier = grammar.modifiers.first(where: { hasWords($0.words, at: position) }) {
                modifiers.append(modifier.key)
                position += modifier.words.count
            } else if grammar.passing.contains(clause.ids[position]) {
                position += 1
            } else {
                break
            }
        }
        guard position < clause.count else { return [] }
        var result: [PersonReading] = []
        for term in clause.lexicon.matches("relations", in: clause.ids[position...]).prefix(2) {
            let link = PersonReading.Link(relation: term.entry, modifiers: modifiers, plural: term.plural)
            var reading = PersonReading(root: root, links: links + [link], end: position + term.words.count)
            reading.end = skipHonorifics(reading.end)
            result += named(reading)
            result.append(reading)
            result += possessed(reading, depth: depth)
        }
        return result
    }

    /// "my sister" followed by a name, perhaps with "called" or a comma before it.
    private func named(_ reading: PersonReading) -> [PersonReading] {
        var starts = [reading.end]
        if skipComma(reading.end) != reading.end { starts.append(skipComma(reading.end)) }
        for naming in grammar.naming where hasWords(naming, at: reading.end) { starts.insert(reading.end + naming.count, at: 0) }
        return starts.flatMap { start in
            nameEnds(at: start, mustBeKnown: false).map { end in
                var named = reading
                named.name = start..<end
                named.end = skipHonorifics(start > reading.end ? skipComma(end) : end)
                return named
            }
        }
    }

    /// "my sister" followed by "'s husband".
    private func possessed(_ reading: PersonReading, depth: Int) -> [PersonReading] {
        (grammar.markers[.of] ?? []).flatMap { marker -> [PersonReading] in
            guard hasWords(marker, at: reading.end) else { return [] }
            let start = reading.end + marker.count
            return related(root: reading.root, links: reading.links, at: start, depth: depth + 1).filter {
                $0.links.count > reading.links.count
            }
        }
    }

    // MARK: names

    /// Ends of a name that starts at a position, longest first. Latin names must be capitalised or known; others known.
    func nameEnds(at start: Int, mustBeKnown: Bool) -> [Int] {
        guard start < clause.count, isNameable(start) else { return [] }
        let known = isKnownName(start)
        let capitalised = isCapitalised(start)
        let isFirstWord = clause.tokens[start].range.lowerBound == clause.text.startIndex
        guard known || (!mustBeKnown && capitalised && !(isFirstWord && clause.ids[start] >= 0)) else { return [] }
        var ends = [start + 1]
        var end = start + 1
        while end < clause.count, end - start < 3, isNameable(end),
            isKnownName(end) || (isCapitalised(end) && clause.ids[end] < 0)
        {
            end += 1
            ends.append(end)
        }
        return ends.reversed()
    }

    func isNameable(_ index: Int) -> Bool {
        let token = clause.tokens[index]
        guard token.kind == .word else { return false }
        return clause.classes[index].isDisjoint(
            with: [
                .finite, .notName, .negation, .question, .conjunction, .subordinator, .possessive, .article, .subject,
                .postposition,
                .auxiliary,
            ])
    }

    func isKnownName(_ index: Int) -> Bool {
        if clause.knownNames.contains(clause.tokens[index].normal) { return true }
        return clause.lexicon.matches("names", in: clause.ids[index...]).contains { $0.words.count == 1 }
    }

    func isCapitalised(_ index: Int) -> Bool {
        clause.tokens[index].original.first.map { $0.isUppercase } ?? false
    }

    // MARK: helpers

    func hasWords(_ words: [WordID], at position: Int) -> Bool {
        guard position + words.count <= clause.count, !words.isEmpty else { return false }
        return clause.ids[position..<position + words.count].elementsEqual(words)
    }

    private func skipComma(_ position: Int) -> Int {
        position < clause.count && clause.isComma(position) ? position + 1 : position
    }

    private func skipHonorifics(_ position: Int) -> Int {
        position < clause.count && grammar.honorifics.contains(clause.ids[position]) ? position + 1 : position
    }

    private func relationTags(_ index: Int) -> [String] { clause.lexicon.entry("relations", index)?.tags ?? [] }
}
