/// Writes Urdu templates and word lists in Latin letters, word by word, so that each pattern is written once for both scripts.
struct TemplateRomanizer {
    private let words: [String: String]

    /// - Parameter words: Urdu word to the Latin spelling from which ``RomanSpelling`` and the variants lead to the others.
    init(words: [String: String]) {
        var folded: [String: String] = [:]
        for (word, roman) in words { folded[LetterFolding.fold(word[...])] = roman }
        self.words = folded
    }

    func romanized(_ file: PatternFile, file name: String) throws -> PatternFile {
        var result = file
        result.fragments = try file.fragments?.mapValues { try romanized($0, file: name) }
        result.patterns = try file.patterns?.map { entry in
            var entry = entry
            entry.say = try entry.say.map { try romanized($0, file: name) }
            entry.store = try entry.store?.map { try romanized($0, file: name) }
            entry.deny = try entry.deny?.map { try romanized($0, file: name) }
            return entry
        }
        return result
    }

    /// Classes and phrases of the Urdu words, with what the Latin list has of its own.
    func romanized(_ urdu: WordFile, adding own: WordFile) -> WordFile {
        var result = own
        for (name, list) in urdu.classes { result.classes[name] = joined(list, own.classes[name], " ") }
        for (kind, phrases) in urdu.leads { result.leads[kind] = (own.leads[kind] ?? []) + phrases.compactMap { phrase($0) } }
        result.trails += urdu.trails.compactMap { phrase($0) }
        for (kind, list) in urdu.questionKinds { result.questionKinds[kind] = joined(list, own.questionKinds[kind], ",") }
        result.adviceWords = joined(urdu.adviceWords, own.adviceWords, " ")
        result.persons = romanized(urdu.persons, adding: own.persons)
        return result
    }

    private func romanized(_ urdu: PersonWords, adding own: PersonWords) -> PersonWords {
        var result = own
        for (role, text) in urdu.me { result.me[role] = joined(text, own.me[role], ",") }
        for (role, genders) in urdu.third {
            for (gender, text) in genders {
                result.third[role, default: [:]][gender] = joined(text, own.third[role]?[gender], ",")
            }
        }
        for (role, text) in urdu.markers { result.markers[role] = joined(text, own.markers[role], ",") }
        result.own = joined(urdu.own, own.own, ",")
        for (gender, text) in urdu.others { result.others[gender] = joined(text, own.others[gender], ",") }
        for (key, text) in urdu.modifiers { result.modifiers[key] = joined(text, own.modifiers[key], ",") }
        result.passing = joined(urdu.passing, own.passing, ",")
        result.naming = joined(urdu.naming, own.naming, ",")
        result.honorifics = joined(urdu.honorifics, own.honorifics, ",")
        return result
    }

    /// The entries of an Urdu list that have a Latin spelling, then those of the Latin list.
    private func joined(_ urdu: String, _ own: String?, _ separator: Character) -> String {
        var parts = urdu.split(separator: separator).compactMap { phrase(String($0)) }
        if let own, !own.isEmpty { parts.append(own) }
        return parts.joined(separator: String(separator))
    }

    private func phrase(_ text: String) -> String? {
        var result: [String] = []
        for word in text.split(separator: " ") {
            if word.utf8.allSatisfy({ $0 < 0x80 }) {
                result.append(String(word))
            } else if let roman = words[LetterFolding.fold(word)] {
                result.append(roman)
            } else {
                return nil
            }
        }
        return result.joined(separator: " ")
    }

    /// Replaces every Urdu word of a template; brackets, slots and fragments stay.
    private func romanized(_ template: String, file: String) throws -> String {
        var result = ""
        var word = ""
        for character in template + " " {
            if let first = character.unicodeScalars.first,
                (0x600...0x6FF).contains(first.value) || LetterFolding.isIgnorable(first)
            {
                word.append(character)
                continue
            }
            if !word.isEmpty {
                guard let roman = words[LetterFolding.fold(word[...])] else {
                    throw PatternLibrary.LoadError(file: file, problem: "lexicon/roman.json lacks the word \(word)")
                }
                result += roman
                word = ""
            }
            result.append(character)
        }
        return result.trimmingSpaces()
    }
}
