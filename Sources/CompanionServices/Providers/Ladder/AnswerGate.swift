/// Lets the words of a model through once they can be used: in the script that was asked for, whole words only, on one line, and
/// nothing twice where another rung said the beginning.
struct AnswerGate {
    /// So many letters tell which script it is.
    private static let tellingLetters = 12
    /// And so many, whether it still is one that can be spoken.
    private static let watchedLetters = 24

    private let language: Language
    private var continuation: Continuation
    /// What is not known to be a whole word yet.
    private var open = ""
    /// What waits for the script to be known; nil once it is.
    private var held: String? = ""
    private var hasSaidAnything = false
    /// Letters since the script was looked at last, and of these those of neither script that the companion speaks.
    private var letters = 0
    private var strangers = 0

    /// `said` is what was said of the answer by others.
    init(language: Language, said: String) {
        self.language = language
        continuation = Continuation(said: said)
    }

    /// What may be said now.
    mutating func add(_ piece: String) throws(LanguageModelError) -> String {
        open = (open + Self.clean(piece)).withSingleSpaces
        // A piece may end inside a word; only a space after it tells.
        guard let space = open.lastIndex(of: " ") else { return "" }
        let words = String(open[..<space])
        open = String(open[space...])
        return try pass(words)
    }

    /// The rest. A model that said nothing at all threw, or throws here.
    mutating func finish() throws(LanguageModelError) -> String {
        // Nothing follows the last word.
        let words = open.last == " " ? String(open.dropLast()) : open
        open = ""
        let passed = try pass(words)
        if let held {
            // Dots and pictures alone say nothing; after what another said they may end it.
            let says = held.contains { $0.isLetter || $0.isNumber || (continuation.isContinuing && !$0.isWhitespace) }
            guard says else { return passed }
            try check(held)
            self.held = nil
            return passed + tidy(continuation.add(held) + continuation.finish())
        }
        return passed + tidy(continuation.finish())
    }

    private mutating func pass(_ words: String) throws(LanguageModelError) -> String {
        guard let waiting = held else {
            try watch(words)
            return tidy(continuation.add(words))
        }
        held = waiting + words
        guard (waiting + words).count(where: \.isLetter) >= Self.tellingLetters else { return "" }
        try check(waiting + words)
        try watch(waiting + words)
        held = nil
        return tidy(continuation.add(waiting + words))
    }

    private func check(_ text: String) throws(LanguageModelError) {
        // What follows may be a quotation, however much of it comes at once.
        let letters = text.unicodeScalars.lazy.filter(\.properties.isAlphabetic).prefix(Self.watchedLetters)
        guard !letters.isEmpty else { return }
        let wanted = letters.count { scalar in
            switch language {
            case .urdu: SpeechScript.isUrdu(scalar)
            case .english, .romanUrdu: SpeechScript.isLatin(scalar)
            }
        }
        // A foreign word or name at the beginning is no other script.
        guard wanted * 3 >= letters.count else { throw .wrongScript }
    }

    /// An answer may quote the other script, but not go over into a third one.
    private mutating func watch(_ words: String) throws(LanguageModelError) {
        for scalar in words.unicodeScalars where scalar.properties.isAlphabetic {
            letters += 1
            if !SpeechScript.isLatin(scalar), !SpeechScript.isUrdu(scalar) { strangers += 1 }
            guard letters >= Self.watchedLetters else { continue }
            guard strangers * 3 <= letters * 2 else { throw .wrongScript }
            (letters, strangers) = (0, 0)
        }
    }

    /// No space at the very beginning.
    private mutating func tidy(_ text: String) -> String {
        guard !hasSaidAnything, !continuation.isContinuing else { return text }
        let begun = String(text.drop(while: \.isWhitespace))
        hasSaidAnything = !begun.isEmpty
        return begun
    }

    /// One line, without what only a page could show.
    private static func clean(_ piece: String) -> String {
        var text = ""
        for scalar in piece.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: text += " "
            // Marks that turn the direction around; the joiners that Urdu spelling needs stay.
            case .format where scalar.value != 0x200C && scalar.value != 0x200D: continue
            default: if scalar != "*", scalar != "`", scalar != "#" { text.unicodeScalars.append(scalar) }
            }
        }
        return text
    }
}

/// Goes on with an answer that another began: models repeat the end of it, or all of it, however clearly they are told not to.
struct Continuation {
    private let before: [String]
    private let said: String
    let isContinuing: Bool
    /// What may still be a repetition; nil once that is decided.
    private var held: String? = ""

    init(said: String) {
        self.said = said
        isContinuing = !said.isEmpty
        before = said.split(whereSeparator: \.isWhitespace).map(Self.plain)
        if !isContinuing { held = nil }
    }

    /// What is new of it, as far as that is known. `words` are whole ones.
    mutating func add(_ words: String) -> String {
        guard let waiting = held else { return words }
        let all = waiting + words
        held = all
        let heard = all.split(whereSeparator: \.isWhitespace)
        guard !heard.isEmpty else { return "" }
        return mayBeRepetition(heard) ? "" : release(heard)
    }

    mutating func finish() -> String {
        guard let waiting = held else { return "" }
        let heard = waiting.split(whereSeparator: \.isWhitespace)
        return mayBeRepetition(heard) ? "" : release(heard)
    }

    /// Whether all of it stands in what was said, so that more has to be heard.
    private func mayBeRepetition(_ heard: [Substring]) -> Bool {
        let words = heard.map { Self.plain($0) }
        guard words.count < before.count else { return false }
        return before.indices.contains { start in
            start + words.count < before.count && before[start...].starts(with: words)
        }
    }

    private mutating func release(_ heard: [Substring]) -> String {
        held = nil
        let words = heard.map { Self.plain($0) }
        var repeated = 0
        for length in stride(from: min(words.count, before.count), through: 1, by: -1)
        where Array(before.suffix(length)) == Array(words.prefix(length)) {
            repeated = length
            break
        }
        let new = heard.dropFirst(repeated)
        guard !new.isEmpty else { return "" }
        let space = said.last?.isWhitespace ?? true ? "" : " "
        return space + new.joined(separator: " ")
    }

    private static func plain(_ word: Substring) -> String {
        word.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}

extension String {
    fileprivate var withSingleSpaces: String {
        var text = ""
        for character in self where character != " " || text.last != " " { text.append(character) }
        return text
    }
}
