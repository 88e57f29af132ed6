/// Latin letters for Urdu words, for memory keys: deterministic and readable, not reversible.
///
/// Urdu leaves short vowels unwritten, so an `a` is put between consonants that nothing joins; the result is a key, never shown
/// as a spelling.
enum Transliterator {
    static func latin(_ word: String) -> String {
        var result = ""
        let letters = Array(word.unicodeScalars.filter { !LetterFolding.isIgnorable($0) })
        for (index, letter) in letters.enumerated() {
            let isFirst = index == 0
            let isLast = index == letters.count - 1
            if let vowel = vowel(letter, isFirst: isFirst, isLast: isLast, previous: result.last) {
                result += vowel
            } else if let consonant = consonants[letter] {
                if needsVowel(result, before: letter, index: index, letters: letters) { result += "a" }
                result += consonant
            } else if let digit = LetterFolding.asciiDigit(letter) {
                result.unicodeScalars.append(digit)
            } else if letter.isASCII, letter.properties.isAlphabetic {
                result.unicodeScalars.append(letter)
            }
        }
        return result.lowercased()
    }

    private static func needsVowel(_ text: String, before letter: Unicode.Scalar, index: Int, letters: [Unicode.Scalar]) -> Bool {
        guard let last = text.last, !"aeiou".contains(last), letter != "ھ" else { return false }
        // The second consonant of a word always needs a vowel before it; a last one after another consonant too.
        if index == 1 { return true }
        if index == letters.count - 1 { return consonantRun(text) >= 1 && letters.count <= 4 }
        return consonantRun(text) >= 2
    }

    private static func consonantRun(_ text: String) -> Int {
        text.reversed().prefix { !"aeiou".contains($0) }.count
    }

    private static func vowel(_ letter: Unicode.Scalar, isFirst: Bool, isLast: Bool, previous: Character?) -> String? {
        let afterVowel = previous.map { "aeiou".contains($0) } ?? false
        switch letter {
        case "آ": return "a"
        case "ا", "أ", "إ", "ٱ": return "a"
        case "و", "ؤ": return isFirst ? "w" : (afterVowel ? "w" : "o")
        case "ی", "ي", "ى": return isFirst ? "y" : (afterVowel && !isLast ? "y" : "i")
        case "ئ": return ""
        case "ے", "ۓ": return "e"
        case "ں": return isLast ? "n" : "n"
        case "ہ", "ه", "ۂ", "ة", "ۃ": return isLast && !afterVowel ? "a" : (isLast ? "h" : nil)
        case "ع": return isFirst ? "a" : (afterVowel ? "" : "a")
        default: return nil
        }
    }

    private static let consonants: [Unicode.Scalar: String] = [
        "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "s", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ڈ": "d", "ذ": "z",
        "ر": "r", "ڑ": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "z", "ط": "t", "ظ": "z", "غ": "gh", "ف": "f",
        "ق": "q", "ک": "k", "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ہ": "h", "ه": "h", "ھ": "h",
    ]
}
