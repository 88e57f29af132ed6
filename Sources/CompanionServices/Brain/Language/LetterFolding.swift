import Foundation

/// The matching form of single words: one letter for letters that look or count the same, no diacritics, no invisible marks.
enum LetterFolding {
    /// Folds one word. Latin letters lose case and accents; Arabic-script letters take their Urdu form, and
    /// those that are often typed for one another (ہ and ھ, ن and ں, ا and آ) become one; digits become ASCII.
    static func fold(_ word: Substring) -> String {
        if word.utf8.allSatisfy({ $0 < 0x80 }) { return word.lowercased() }
        let composed: String =
            word.unicodeScalars.contains { (0xFB50...0xFEFC).contains($0.value) }
            ? String(word).precomposedStringWithCompatibilityMapping : String(word).precomposedStringWithCanonicalMapping
        var result = String.UnicodeScalarView()
        for scalar in composed.lowercased().unicodeScalars {
            if let arabic = arabicForms[scalar] {
                result.append(arabic)
            } else if isIgnorable(scalar) {
                continue
            } else if let digit = asciiDigit(scalar) {
                result.append(digit)
            } else if scalar.value >= 0xC0, scalar.value < 0x600 {
                let parts = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars
                result.append(contentsOf: parts.filter { $0.properties.generalCategory != .nonspacingMark })
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Shortens letters repeated for emphasis ("sooo", "yesss"): runs of three or more become `count`.
    static func shortenRuns(_ word: String, to count: Int) -> String? {
        var result = ""
        var last: Character?
        var run = 0
        var changed = false
        for character in word {
            run = character == last ? run + 1 : 1
            last = character
            if run > 2, character.isLetter {
                changed = true
                if count == 1, run == 3 { result.removeLast() }
                continue
            }
            result.append(character)
        }
        return changed ? result : nil
    }

    /// The ASCII form of a decimal digit of any script.
    static func asciiDigit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        guard scalar.properties.generalCategory == .decimalNumber, let value = scalar.properties.numericValue else { return nil }
        return Unicode.Scalar(UInt8(ascii: "0") + UInt8(value))
    }

    /// Diacritics, joiners and direction marks, which carry no meaning for matching.
    static func isIgnorable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0610...0x061A, 0x064B...0x065F, 0x0670, 0x06D6...0x06ED, 0x0640, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069,
            0xFEFF, 0x00AD:
            true
        default: scalar.properties.generalCategory == .nonspacingMark
        }
    }

    private static let arabicForms: [Unicode.Scalar: Unicode.Scalar] = [
        "ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ۀ": "ہ", "ة": "ہ", "ە": "ہ", "ۂ": "ہ", "ۃ": "ہ", "أ": "ا", "إ": "ا", "ٱ": "ا",
        "ؤ": "و", "ۓ": "ے", "آ": "ا", "ئ": "ی", "ھ": "ہ", "ں": "ن",
    ]
}
