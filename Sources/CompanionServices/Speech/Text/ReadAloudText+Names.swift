/// Abbreviations, addresses and marks.
extension ReadAloudText {
    /// "Dr." is "Doctor". `nil` for what is not known as one.
    func abbreviation(_ token: ReadAloudToken) -> String? {
        let isDotted = token.after.hasPrefix(".")
        guard let said = words.abbreviations[token.core.lowercased()], isDotted || token.core.contains(".") else { return nil }
        // Its own full stop goes; one that ends the sentence as well is not known, and a pause is made by what follows.
        return token.before + said + (isDotted ? token.after.dropFirst() : token.after[...])
    }

    /// "https://example.com/a", "amina@example.com": word by word.
    func address(_ core: String) -> String? {
        var rest = core[...]
        let lower = core.lowercased()
        for scheme in ["https://", "http://"] where lower.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        let isAddress = rest.count < core.count || lower.hasPrefix("www.") || Self.isMail(core)
        guard isAddress, !rest.isEmpty else { return nil }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let said = rest.map { character in
            switch character {
            case ".": " \(words.dot) "
            case "/": " \(words.slash) "
            case "@": " \(words.at) "
            case "-", "_", "?", "=", "&", "#", "%": " "
            default: String(character)
            }
        }.joined()
        return said.split(separator: " ").joined(separator: " ")
    }

    private static func isMail(_ core: String) -> Bool {
        let parts = core.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !parts[1].hasPrefix(".")
    }

    /// Without emphasis, headings, code marks and emoji, with digits of every script as those of ASCII.
    static func withoutMarks(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.isNewline {
                result += "\n"
            } else if character.isWhitespace {
                result += " "
            } else if let digit = character.unicodeScalars.first.flatMap(LetterFolding.asciiDigit),
                character.unicodeScalars.count == 1
            {
                result.unicodeScalars.append(digit)
            } else if character == "٪" {
                result += "%"
            } else if character == "٫" {
                result += "."
            } else if character == "٬" {
                result += ","
            } else if !"*_`#~|<>".contains(character), !isEmoji(character) {
                result.append(character)
            }
        }
        return result
    }

    private static func isEmoji(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first, !first.isASCII else { return false }
        return first.properties.isEmojiPresentation || first.properties.isEmoji && character.unicodeScalars.count > 1
            || first.value == 0xFE0F || first.value == 0x200D
    }
}

/// A word with the punctuation around it.
struct ReadAloudToken: Sendable, Hashable {
    let before: String
    let core: String
    let after: String

    init(_ word: Substring) {
        let start = word.firstIndex { !"([{\"'“‘«".contains($0) } ?? word.endIndex
        let inner = word[start...]
        let end = inner.lastIndex { !".,;:!?)]}\"'”’»۔،؛؟…".contains($0) }.map { inner.index(after: $0) } ?? start
        (before, core, after) = (String(word[..<start]), String(word[start..<end]), String(word[end...]))
    }

    var text: String { before + core + after }

    func with(_ said: String) -> String { before + said + after }
}
