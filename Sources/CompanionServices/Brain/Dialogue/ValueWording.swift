import LocalStore

/// Puts what a person said into a sentence of the companion's.
struct ValueWording: Sendable {
    /// Longest value or quotation said back, in characters.
    static let longest = 160

    let rules: DialogueRules
    let vocabulary: Vocabulary
    /// Words that tell the form of a phrase, normalised.
    private let finite: Set<String>
    private let verbs: Set<String>
    private let notDoing: Set<String>

    init(rules: DialogueRules, vocabulary: Vocabulary) {
        self.rules = rules
        self.vocabulary = vocabulary
        func words(_ list: String) -> Set<String> { Set((rules.words[list] ?? []).map(TextNormalizer.normalize)) }
        finite = words("finite")
        verbs = words("verbs.en")
        notDoing = words("notDoing")
    }

    /// The language a stored value is in: its script decides, and for Latin letters what was noted with it.
    static func language(of value: String, noted: String?) -> Language {
        if isArabicScript(value) { return .urdu }
        return noted.flatMap(Language.init(rawValue:)) == .romanUrdu ? .romanUrdu : .english
    }

    static func isArabicScript(_ text: String) -> Bool {
        text.unicodeScalars.contains { (0x0600...0x06FF).contains($0.value) || (0xFB50...0xFEFC).contains($0.value) }
    }

    /// The value as it reads in `target`: common words translated where the vocabulary knows them, "my" turned into "your",
    /// control characters gone, too long ones cut.
    func spoken(_ value: String, noted: String?, in target: Language) -> String {
        let own = Self.language(of: value, noted: noted)
        let clean = Self.cut(MemoryInput.clean(value))
        let translated = own == target ? clean : vocabulary.translated(clean, from: own, to: target)
        let result = translated == clean && own != target ? Self.digits(clean, own) ?? clean : translated
        return turned(result, in: Self.language(of: result, noted: (result == clean ? own : target).rawValue))
    }

    /// "تیس" in digits, which every language reads; nil when it is not all number.
    private static func digits(_ text: String, _ language: Language) -> String? {
        let words = TextNormalizer.tokens(text)
        guard let match = NumberWords.match(in: words, at: 0, language: language), match.words == 0..<words.count else {
            return nil
        }
        return match.integer.map(String.init)
    }

    /// Whether a value that is a whole phrase ("learn to swim") reads naturally inside a sentence of `target`.
    func fits(_ value: String, noted: String?, in target: Language) -> Bool {
        let own = Self.language(of: value, noted: noted)
        return own == target || vocabulary.word(value, from: own, to: target) != nil
    }

    /// What kind of phrase a value is, which decides the sentence it fits into.
    enum Shape: String {
        /// "exam", گٹار.
        case thing
        /// "learn Turkish", ترکی سیکھنا.
        case base
        /// "going to Hunza".
        case doing
        /// The oblique form that Urdu puts before کا ارادہ: کاروبار شروع کرنے.
        case of
        /// "have to submit my thesis".
        case must
        /// A whole sentence or its predicate: کراچی جا رہا ہوں.
        case sentence
    }

    func shape(of value: String, in target: Language) -> Shape {
        let words = TextNormalizer.tokens(value)
        guard let first = words.first, let last = words.last else { return .thing }
        if Self.isArabicScript(value) || target == .romanUrdu {
            if finite.contains(last) { return .sentence }
            guard words.count > 1 else { return .thing }
            if last.hasSuffix("نے") || (target == .romanUrdu && (last.hasSuffix("nay") || last.hasSuffix("ne"))) { return .of }
            return last.hasSuffix("نا") || (target == .romanUrdu && last.hasSuffix("na")) ? .base : .thing
        }
        if first.hasSuffix("ing"), first.count > 4, !notDoing.contains(first) { return .doing }
        if words.count > 2, first == "have" || first == "need", words[1] == "to" { return .must }
        return verbs.contains(first) ? .base : .thing
    }

    /// "a", "an", or nothing before what has a determiner or is several.
    static func article(for value: String) -> String {
        let words = TextNormalizer.tokens(value)
        guard let first = words.first, let letter = value.first, isArabicScript(value) == false else { return "" }
        let determiners: Set<String> = [
            "a", "an", "the", "my", "your", "his", "her", "our", "their", "some", "two", "three", "no", "this",
        ]
        if determiners.contains(first) || letter.isNumber { return "" }
        if let last = words.last, last.hasSuffix("s"), !last.hasSuffix("ss"), !last.hasSuffix("us") { return "" }
        let soundsLikeConsonant = ["uni", "use", "one", "eu"].contains { first.hasPrefix($0) }
        return "aeiou".contains(first.prefix(1)) && !soundsLikeConsonant ? "an" : "a"
    }

    /// A name typed in small letters as it is written: "sana" is Sana.
    static func properName(_ text: String) -> String {
        guard text == text.lowercased(), !isArabicScript(text) else { return text }
        let joining: Set<String> = ["and", "aur", "or", "bin", "bint", "ibn", "e", "ul", "de", "van", "von"]
        return text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            joining.contains(String(word)) ? String(word) : word.capitalizedFirst
        }.joined(separator: " ")
    }

    /// Word for word, in quotation marks.
    func quoted(_ text: String, in target: Language) -> String {
        let clean = Self.cut(MemoryInput.clean(text)).trimmingEndMarks
        // The text's own quotation marks must not end ours.
        let inner = clean.map { "“”«»\"".contains($0) ? "'" : $0 }
        return target == .urdu ? "«\(String(inner))»" : "“\(String(inner))”"
    }

    /// From the person's point of view to the companion's.
    private func turned(_ text: String, in language: Language) -> String {
        guard let map = rules.perspective[language.rawValue], !map.isEmpty else { return text }
        let text = language.isUrdu ? Self.respectful(text) : text
        var result = ""
        var word = ""
        func flushed(_ word: String) -> String { map[word.lowercased().replacing("’", with: "'")] ?? word }
        for character in text {
            if character.isLetter || character == "'" || character == "’" {
                word.append(character)
            } else {
                result += flushed(word)
                word = ""
                result.append(character)
            }
        }
        return result + flushed(word)
    }

    /// The verb of "میں جا رہا ہوں" as it is said to somebody: "آپ جا رہے ہیں". The ہوں itself is turned with the other words.
    private static func respectful(_ text: String) -> String {
        var words = text.split(separator: " ").map(String.init)
        guard words.count > 1, let last = words.last, ["ہوں", "hoon", "hun"].contains(last) else { return text }
        let verb = words[words.count - 2]
        for (ending, polite) in [
            ("تا", "تے"), ("رہا", "رہے"), ("گیا", "گئے"), ("چکا", "چکے"), ("raha", "rahe"), ("gaya", "gaye"), ("chuka", "chuke"),
            ("ta", "te"),
        ]
        where verb.hasSuffix(ending) {
            words[words.count - 2] = verb.dropLast(ending.count) + polite
            break
        }
        return words.joined(separator: " ")
    }

    static func cut(_ text: String) -> String {
        guard text.count > longest else { return text }
        let head = text.prefix(longest)
        let end = head.lastIndex(where: \.isWhitespace) ?? head.endIndex
        return head[..<end] + "…"
    }
}

extension String {
    /// Without the marks that end a sentence.
    var trimmingEndMarks: String {
        var text = self[...]
        while let last = text.last, ".,;!۔،؛".contains(last) || last.isWhitespace { text.removeLast() }
        return String(text)
    }

    /// With a mark at the end, as a sentence of `language`.
    func asSentence(_ language: Language) -> String {
        guard let last else { return self }
        let text = language == .urdu ? self : capitalizedFirst
        if ".!?…۔؟".contains(last) { return text }
        // A quotation that ends with a mark of its own ends the sentence, too.
        if "”»\"".contains(last), let inner = dropLast().last, ".!?…۔؟".contains(inner) { return text }
        return text + (language == .urdu ? "۔" : ".")
    }
}
