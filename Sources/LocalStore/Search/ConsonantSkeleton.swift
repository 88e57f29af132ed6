/// A spelling of a word in one small alphabet of consonants, the same for Urdu script and for Latin letters.
///
/// Urdu leaves out short vowels and Roman Urdu has no fixed spelling, so vowels are dropped, letters that Latin cannot
/// tell apart are merged, and only the kind of the first sound is kept: `behan`, `behn` and بہن all become `0bn`.
package enum ConsonantSkeleton {
    /// Begins every skeleton, so that none is taken for a word.
    private static let mark = UInt8(ascii: "0")

    /// The skeleton of one folded word; nil when too little is left to tell words apart.
    package static func of(_ token: String) -> String? {
        var letters = [mark]
        if isArabicScript(token) { appendUrdu(token, to: &letters) } else { appendLatin(token, to: &letters) }
        guard letters.count >= 3 else { return nil }
        return String(decoding: letters, as: UTF8.self)
    }

    package static func isArabicScript(_ token: String) -> Bool {
        guard let first = token.unicodeScalars.first else { return false }
        return (0x0600...0x08FF).contains(first.value)
    }

    private static func append(_ letter: UInt8, to letters: inout [UInt8]) {
        if letters.last != letter { letters.append(letter) }
    }

    private static func appendUrdu(_ token: String, to letters: inout [UInt8]) {
        var isFirst = true
        for scalar in token.unicodeScalars {
            defer { isFirst = false }
            switch scalar {
            case "ب", "پ": append(UInt8(ascii: "b"), to: &letters)
            case "ت", "ط", "ٹ": append(UInt8(ascii: "t"), to: &letters)
            case "ث", "س", "ص", "ش": append(UInt8(ascii: "s"), to: &letters)
            case "ج", "ژ": append(UInt8(ascii: "j"), to: &letters)
            case "چ": append(UInt8(ascii: "c"), to: &letters)
            case "خ", "ق", "ک": append(UInt8(ascii: "k"), to: &letters)
            case "د", "ڈ": append(UInt8(ascii: "d"), to: &letters)
            case "ذ", "ز", "ض", "ظ": append(UInt8(ascii: "z"), to: &letters)
            case "ر", "ڑ": append(UInt8(ascii: "r"), to: &letters)
            case "غ", "گ": append(UInt8(ascii: "g"), to: &letters)
            case "ف": append(UInt8(ascii: "f"), to: &letters)
            case "ل": append(UInt8(ascii: "l"), to: &letters)
            case "م": append(UInt8(ascii: "m"), to: &letters)
            case "ن", "ں": append(UInt8(ascii: "n"), to: &letters)
            case "ا", "ع": if isFirst { append(UInt8(ascii: "a"), to: &letters) }
            case "ہ", "ح": if isFirst { append(UInt8(ascii: "h"), to: &letters) }
            case "و": if isFirst { append(UInt8(ascii: "v"), to: &letters) }
            case "ی": if isFirst { append(UInt8(ascii: "y"), to: &letters) }
            default:
                if (0x30...0x39).contains(scalar.value) { append(UInt8(scalar.value), to: &letters) }
            }
        }
    }

    private static func appendLatin(_ token: String, to letters: inout [UInt8]) {
        let bytes = Array(token.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            let isFirst = index == 0
            switch byte {
            case UInt8(ascii: "b"), UInt8(ascii: "p"): append(UInt8(ascii: "b"), to: &letters)
            case UInt8(ascii: "c"):
                if next == UInt8(ascii: "h") {
                    append(UInt8(ascii: "c"), to: &letters)
                } else {
                    let soft = next == UInt8(ascii: "e") || next == UInt8(ascii: "i") || next == UInt8(ascii: "y")
                    append(UInt8(ascii: soft ? "s" : "k"), to: &letters)
                }
            case UInt8(ascii: "k"), UInt8(ascii: "q"): append(UInt8(ascii: "k"), to: &letters)
            case UInt8(ascii: "x"):
                append(UInt8(ascii: "k"), to: &letters)
                append(UInt8(ascii: "s"), to: &letters)
            case UInt8(ascii: "t"), UInt8(ascii: "s"), UInt8(ascii: "j"), UInt8(ascii: "d"), UInt8(ascii: "z"),
                UInt8(ascii: "r"), UInt8(ascii: "g"), UInt8(ascii: "f"), UInt8(ascii: "l"), UInt8(ascii: "m"),
                UInt8(ascii: "n"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                append(byte, to: &letters)
            case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"):
                if isFirst { append(UInt8(ascii: "a"), to: &letters) }
            case UInt8(ascii: "h"), UInt8(ascii: "y"): if isFirst { append(byte, to: &letters) }
            case UInt8(ascii: "v"), UInt8(ascii: "w"): if isFirst { append(UInt8(ascii: "v"), to: &letters) }
            default: break
            }
            index += 1
        }
    }
}
