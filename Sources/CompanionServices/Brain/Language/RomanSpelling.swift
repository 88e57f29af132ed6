/// Brings the many Latin spellings of an Urdu word together: `acha`, `achha` and `accha` fold to one form.
///
/// The rules only merge spellings of the same sound; words that stay apart in spite of them (`nahin` and `nai`) are listed as
/// variants in the lexicon.
enum RomanSpelling {
    static func fold(_ word: String) -> String {
        var bytes = Array(word.utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }), bytes.count > 1, bytes.count < 40 else { return word }
        // The month is no spelling of میں.
        if word == "may" { return word }
        // "banai" and "banayi", "gai" and "gayi": but not "hai".
        if bytes.count > 3, bytes.suffix(2).elementsEqual("ai".utf8) { bytes.insert(y, at: bytes.count - 1) }
        bytes = replacePairs(bytes)
        bytes = collapse(bytes)
        // A silent h after a final vowel: "woh", "yeh", "gayah".
        if bytes.count > 2, bytes.last == h, isVowel(bytes[bytes.count - 2]) { bytes.removeLast() }
        if bytes.count > 2, bytes.last == y, !isVowel(bytes[bytes.count - 2]) { bytes[bytes.count - 1] = UInt8(ascii: "i") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let h = UInt8(ascii: "h")
    private static let y = UInt8(ascii: "y")

    private static let pairs: [[UInt8]: [UInt8]] = {
        let table = [
            "aa": "a", "ee": "i", "oo": "u", "ai": "e", "ay": "e", "ei": "e", "ey": "e", "ae": "e", "au": "o", "ao": "o",
            "aw": "o",
            "ou": "o", "ph": "f", "iy": "i",
        ]
        return Dictionary(uniqueKeysWithValues: table.map { (Array($0.key.utf8), Array($0.value.utf8)) })
    }()

    private static func replacePairs(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if index + 1 < bytes.count, let merged = pairs[[bytes[index], bytes[index + 1]]] {
                // "aya" and "iya" keep their glide: gaya, liya.
                let glides = bytes[index + 1] == y && index + 2 < bytes.count && isVowel(bytes[index + 2])
                if !glides {
                    result += merged
                    index += 2
                    continue
                }
            }
            switch bytes[index] {
            case UInt8(ascii: "w"): result.append(UInt8(ascii: "v"))
            case UInt8(ascii: "q"): result.append(UInt8(ascii: "k"))
            case UInt8(ascii: "x"): result += Array("ks".utf8)
            default: result.append(bytes[index])
            }
            index += 1
        }
        return result
    }

    /// One letter for doubled ones, and "chh" as "ch".
    private static func collapse(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes {
            if byte == result.last { continue }
            // "cch" and "tch" are spellings of "ch".
            if byte == UInt8(ascii: "h"), result.count >= 2, result.last == UInt8(ascii: "c"),
                result[result.count - 2] == UInt8(ascii: "t")
            {
                result.remove(at: result.count - 2)
            }
            result.append(byte)
        }
        return result
    }

    private static func isVowel(_ byte: UInt8) -> Bool { "aeiou".utf8.contains(byte) }
}
