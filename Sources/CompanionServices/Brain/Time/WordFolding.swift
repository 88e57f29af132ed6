/// Brings spellings of one word together, beyond what the normaliser already did, so that tables match however a word was typed.
///
/// Applied to the tables and to what a person says alike; folding twice changes nothing.
enum WordFolding {
    /// The folded word; Latin words come back as they are.
    static func fold(_ word: String) -> String {
        if word.utf8.allSatisfy({ $0 < 0x80 }) { return word }
        var folded = String.UnicodeScalarView()
        for scalar in word.unicodeScalars {
            switch scalar.value {
            case 0x0622, 0x0623, 0x0625, 0x0671: folded.append("\u{0627}")  // alef with madda or hamza
            case 0x0643: folded.append("\u{06A9}")  // kaf
            case 0x0649, 0x064A, 0x0626, 0x06CC: folded.append("\u{06CC}")  // every yeh that joins
            case 0x06D3: folded.append("\u{06D2}")  // yeh barree with hamza
            case 0x0624: folded.append("\u{0648}")  // waw with hamza
            case 0x06BE, 0x0647, 0x06C0, 0x06C2, 0x06C3, 0x0629: folded.append("\u{06C1}")  // every heh, aspirated or not
            case 0x06BA: folded.append("\u{0646}")  // noon ghunna
            case 0x064B...0x065F, 0x0670, 0x0640, 0x200B...0x200F: continue  // vowel signs, stretching, joiners
            case 0x06F0...0x06F9: folded.append(Unicode.Scalar(UInt8(scalar.value - 0x06F0 + 48)))
            case 0x0660...0x0669: folded.append(Unicode.Scalar(UInt8(scalar.value - 0x0660 + 48)))
            case 0x2019: folded.append("'")
            default: folded.append(scalar)
            }
        }
        return String(folded)
    }
}

/// A word as a key, compared byte by byte: folded words need none of the Unicode equivalence that makes String slow to hash.
struct WordKey: Hashable, Sendable {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (lhs: Self, rhs: Self) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }

    func hash(into hasher: inout Hasher) {
        let hashed: Void? = text.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        guard hashed == nil else { return }
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// Folded words to look for.
struct WordSet: Sendable {
    private let keys: Set<WordKey>

    /// From a list separated by blanks, folded here.
    init(_ words: String) {
        keys = Set(words.split(whereSeparator: \.isWhitespace).map { WordKey(WordFolding.fold(String($0))) })
    }

    func contains(_ word: String) -> Bool { keys.contains(WordKey(word)) }
}

extension String {
    /// Like `hasSuffix`, byte by byte.
    func ends(with suffix: String) -> Bool {
        utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}
