/// Tells English, Urdu and Roman Urdu apart by script and by the small words each cannot do without.
struct LanguageDetector: Sendable {
    /// Folded words that speak for a language, with their weight.
    private let english: [String: Int]
    private let roman: [String: Int]

    init(english: WordFile, roman: WordFile) {
        self.english = Self.weights(english) { $0 }
        self.roman = Self.weights(roman) { RomanSpelling.fold($0) }
    }

    /// - Parameter previous: the language spoken before, for utterances that do not tell ("ok", "Ali").
    func detect(_ tokens: [Token], previous: Language?) -> Language {
        var arabicWords = 0
        var latinWords = 0
        var englishScore = 0
        var romanScore = 0
        for token in tokens where token.kind == .word {
            guard let first = token.normal.unicodeScalars.first else { continue }
            if (0x600...0x6FF).contains(first.value) {
                arabicWords += 1
                continue
            }
            latinWords += 1
            let base = token.normal.split(separator: "'").first.map(String.init) ?? token.normal
            englishScore += english[base] ?? 0
            if base.count < token.normal.count { englishScore += 2 }
            romanScore += roman[RomanSpelling.fold(base)] ?? 0
        }
        if arabicWords > 0, arabicWords * 2 >= latinWords { return .urdu }
        if latinWords == 0 { return arabicWords > 0 ? .urdu : previous ?? .english }
        if romanScore > englishScore { return .romanUrdu }
        if romanScore < englishScore { return .english }
        return previous == .romanUrdu ? .romanUrdu : .english
    }

    /// Whether Latin-script words may be in the language although it did not win.
    func allows(_ language: Language, _ tokens: [Token]) -> Bool {
        let words = tokens.filter { $0.kind == .word }
        if words.count <= 2 { return true }
        return words.contains { token in
            let base = token.normal.split(separator: "'").first.map(String.init) ?? token.normal
            if language == .english { return (english[base] ?? 0) >= 1 }
            // "me" is spelled like a word of Urdu, which makes no sentence Urdu.
            return english[base] == nil && (roman[RomanSpelling.fold(base)] ?? 0) >= 3
        }
    }

    private static func weights(_ file: WordFile, fold: (String) -> String) -> [String: Int] {
        var result: [String: Int] = [:]
        for word in file.doubtfulMarkers.split(separator: " ") { result[fold(String(word))] = 1 }
        for word in file.markers.split(separator: " ") { result[fold(String(word))] = 3 }
        return result
    }
}
