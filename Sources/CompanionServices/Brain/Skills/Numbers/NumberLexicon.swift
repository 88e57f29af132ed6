/// What one word contributes to a number.
enum NumberWord: Sendable, Hashable {
    /// A value that stands for itself: "seven", "پچیس".
    case value(Int)
    /// Twenty to ninety in English, which take a unit after them.
    case tens(Int)
    /// Hundred, thousand, lakh …
    case scale(Double)
    /// "a dozen", "a couple".
    case group(Double)
    /// A fraction that is a number by itself: ڈیڑھ, ڈھائی.
    case fixed(Double)
    /// Added to the number that follows: ساڑھے +½, سوا +¼, پونے −¼.
    case adjustment(Double)
    case half
    case quarter
    case article
    case and
    case point
    case ordinal(Int)
}

/// The number words of one language, with English as fallback for the words people mix in.
struct NumberLexicon: Sendable {
    private let entries: [WordKey: NumberWord]
    /// Words that more often mean something else ("do", "bara", اسی); alone they are a doubtful number.
    private let weak: WordSet
    /// Latin spellings reduced to what the ear hears, for words of five letters and more.
    private let bySound: [WordKey: NumberWord]

    static let english = NumberLexicon(rows: englishRows, weak: englishWeak)
    static let urdu = NumberLexicon(rows: englishRows + urduRows, weak: englishWeak + " " + urduWeak)
    static let romanUrdu = NumberLexicon(rows: englishRows + romanUrduRows, weak: englishWeak + " " + romanUrduWeak, sound: true)

    static func of(_ language: Language) -> NumberLexicon {
        switch language {
        case .english: english
        case .urdu: urdu
        case .romanUrdu: romanUrdu
        }
    }

    /// Later rows win, so that a language's own words stand before English ones.
    private init(rows: [(NumberWord, String)], weak: String, sound: Bool = false) {
        var entries: [WordKey: NumberWord] = [:]
        var bySound: [WordKey: NumberWord] = [:]
        for (meaning, words) in rows {
            for word in words.split(separator: " ") {
                entries[WordKey(WordFolding.fold(String(word)))] = meaning
                guard sound, word.count >= 5, case .value(let value) = meaning, value > 10 else { continue }
                let key = Self.sound(of: String(word))
                if key.utf8.count >= 4 { bySound[WordKey(key)] = meaning }
            }
        }
        self.entries = entries
        self.bySound = bySound
        self.weak = WordSet(weak)
    }

    func meaning(of word: String) -> NumberWord? {
        if let entry = entries[WordKey(word)] { return entry }
        guard !bySound.isEmpty, word.utf8.count >= 5 else { return nil }
        return bySound[WordKey(Self.sound(of: word))]
    }

    func isWeak(_ word: String) -> Bool { weak.contains(word) }

    /// Drops what spellers disagree about: doubled letters, h, ee/i, oo/u, y/i, w/v.
    private static func sound(of word: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(word.utf8.count)
        for byte in word.utf8 {
            var letter = byte
            switch byte {
            case UInt8(ascii: "h"): continue
            case UInt8(ascii: "y"): letter = UInt8(ascii: "i")
            case UInt8(ascii: "w"): letter = UInt8(ascii: "v")
            case UInt8(ascii: "e"): letter = UInt8(ascii: "i")
            case UInt8(ascii: "o"): letter = UInt8(ascii: "u")
            default: break
            }
            if bytes.last != letter { bytes.append(letter) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
