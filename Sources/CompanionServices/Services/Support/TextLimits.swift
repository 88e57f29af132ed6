import Foundation

extension String {
    /// At most `limit` characters, ending at a word boundary; the ellipsis, when wanted, counts.
    func cut(toWords limit: Int, ellipsis: String = "") -> String {
        let text = trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.count > limit else { return text }
        let room = max(0, limit - ellipsis.count)
        let head = text.prefix(room)
        let nextIsBoundary = text[head.endIndex...].first.map(\.isWhitespace) ?? true
        let whole =
            nextIsBoundary ? head : head.lastIndex(where: \.isWhitespace).map { head[..<$0] } ?? head
        let trimmed = whole.trimmingCharacters(in: .whitespacesAndNewlines.union(CharacterSet(charactersIn: ",،;؛:")))
        return trimmed + ellipsis
    }

    /// Runs of white space as one space, none at the ends.
    var collapsingWhitespace: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Nothing but letters of the Arabic script among its letters; false for text without letters.
    var isArabicScript: Bool {
        let letters = unicodeScalars.filter(\.properties.isAlphabetic)
        return !letters.isEmpty
            && letters.allSatisfy {
                (0x0600...0x06FF).contains($0.value) || (0x0750...0x077F).contains($0.value)
                    || (0xFB50...0xFEFC).contains($0.value)
            }
    }
}
