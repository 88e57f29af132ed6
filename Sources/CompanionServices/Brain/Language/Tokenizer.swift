import Foundation

/// Cuts text into words, numbers, addresses and marks, whatever the language.
///
/// One pass, linear in what it reads, which is at most ``maximumTokens`` tokens: the rest of a huge line is left alone.
struct Tokenizer {
    static let maximumTokens = 2000
    /// A passage in quotation marks longer than this many words is kept together as one token.
    private static let shortQuotation = 2

    private let scalars: String.UnicodeScalarView
    private let text: String
    private var position: String.Index
    private var tokens: [Token] = []

    private init(_ text: String) {
        self.text = text
        scalars = text.unicodeScalars
        position = scalars.startIndex
    }

    static func tokens(_ text: String) -> [Token] {
        var tokenizer = Tokenizer(text)
        tokenizer.scan()
        return tokenizer.tokens
    }

    private mutating func scan() {
        while position < scalars.endIndex, tokens.count < Self.maximumTokens {
            let scalar = scalars[position]
            if scalar == "\n" || scalar == "\u{2028}" || scalar == "\u{2029}" {
                emit(.punctuation, until: scalars.index(after: position), normal: ".")
            } else if scalar.properties.isWhitespace || LetterFolding.isIgnorable(scalar)
                || scalar.properties.generalCategory == .control
            {
                position = scalars.index(after: position)
            } else if isDigit(scalar) || (scalar == "+" && isDigit(peek(1))) {
                scanNumber()
            } else if isLetter(scalar) {
                scanWord()
            } else if let close = Self.closingQuotes[scalar] {
                scanQuotation(closing: close)
            } else {
                scanMark(scalar)
            }
        }
    }

    // MARK: words

    private mutating func scanWord() {
        if let end = addressEnd() {
            emit(.address, until: end, normal: text[position..<end].lowercased())
            return
        }
        var end = position
        while end < scalars.endIndex {
            let scalar = scalars[end]
            if isLetter(scalar) || isDigit(scalar) || LetterFolding.isIgnorable(scalar) {
                end = scalars.index(after: end)
            } else if Self.apostrophes.contains(scalar), end > position {
                let next = scalars.index(after: end)
                guard next < scalars.endIndex, isLetter(scalars[next]) else { break }
                end = next
            } else {
                break
            }
        }
        // "a.m.", "U.S.": single letters with full stops belong together.
        if let abbreviation = dottedAbbreviationEnd(firstWordEnd: end) {
            let normal = text[position..<abbreviation].filter { $0 != "." }.lowercased()
            emit(.word, until: abbreviation, normal: normal)
            return
        }
        emit(.word, until: end, normal: LetterFolding.fold(text[position..<end]))
        // "Dr. Khan": the full stop of a title ends nothing.
        if position < scalars.endIndex, scalars[position] == ".", let last = tokens.last, Self.titles.contains(last.normal) {
            position = scalars.index(after: position)
        }
    }

    private func dottedAbbreviationEnd(firstWordEnd: String.Index) -> String.Index? {
        guard scalars.index(after: position) == firstWordEnd else { return nil }
        var end = position
        var letters = 0
        while end < scalars.endIndex, isLetter(scalars[end]) {
            let dot = scalars.index(after: end)
            guard dot < scalars.endIndex, scalars[dot] == "." else { return nil }
            letters += 1
            end = scalars.index(after: dot)
            if letters == 4 { break }
        }
        if end < scalars.endIndex, isLetter(scalars[end]) { return nil }
        return letters >= 2 ? end : nil
    }

    /// The end of an e-mail or web address that starts here.
    private func addressEnd() -> String.Index? {
        var end = position
        var at: String.Index?
        var dotAfterAt = false
        var length = 0
        while end < scalars.endIndex, length < 200 {
            let scalar = scalars[end]
            guard !scalar.properties.isWhitespace, !",<>\"()؟،".unicodeScalars.contains(scalar) else { break }
            if scalar == "@", at == nil { at = end }
            if scalar == ".", at != nil { dotAfterAt = true }
            end = scalars.index(after: end)
            length += 1
        }
        let word = text[position..<end]
        let isWeb = word.hasPrefix("http://") || word.hasPrefix("https://") || word.hasPrefix("www.")
        guard isWeb || (at != nil && dotAfterAt) else { return nil }
        while end > position, ".!?;:'۔".unicodeScalars.contains(scalars[scalars.index(before: end)]) {
            end = scalars.index(before: end)
        }
        return end
    }

    // MARK: numbers

    private mutating func scanNumber() {
        if let end = telephoneEnd() {
            emit(.address, until: end, normal: Self.digits(text[position..<end]))
            return
        }
        var end = position
        var normal = ""
        while end < scalars.endIndex {
            let scalar = scalars[end]
            if let digit = LetterFolding.asciiDigit(scalar) {
                normal.unicodeScalars.append(digit)
            } else if ",.:/-٫٬".unicodeScalars.contains(scalar), isDigit(scalars, after: end) {
                if scalar == "٫" {
                    normal += "."
                } else if scalar == "," || scalar == "٬" {
                    // Thousands are grouped by commas; "1,2" is a list of two.
                    guard digitRun(after: end) >= 3 || scalar == "٬" || normal.count > 3 else { break }
                } else {
                    normal.unicodeScalars.append(scalar)
                }
            } else if scalar != "+" {
                break
            }
            end = scalars.index(after: end)
        }
        // "3rd", "21st"
        let suffix = text[end...].prefix(2).lowercased()
        if ["st", "nd", "rd", "th"].contains(suffix), normal.allSatisfy(\.isNumber) {
            let after = scalars.index(end, offsetBy: 2)
            if after >= scalars.endIndex || !isLetter(scalars[after]) {
                emit(.number, until: after, normal: normal + suffix)
                return
            }
        }
        emit(.number, until: end, normal: normal)
    }

    /// The end of a telephone number that starts here: seven or more digits, with a plus, a leading zero or hyphens.
    private func telephoneEnd() -> String.Index? {
        var end = position
        var lastDigit = position
        var digits = 0
        let startsLikeOne = scalars[position] == "+" || LetterFolding.asciiDigit(scalars[position]) == "0"
        while end < scalars.endIndex, digits < 20 {
            let scalar = scalars[end]
            if isDigit(scalar) {
                digits += 1
                lastDigit = end
            } else if scalar == "-" || scalar == "(" || scalar == ")" || (scalar == " " && startsLikeOne) {
                // A gap of one mark only; two spaces end a number.
                guard end == position || scalars[scalars.index(before: end)] != " " else { break }
            } else if !(scalar == "+" && end == position) {
                break
            }
            end = scalars.index(after: end)
        }
        let isLong = digits >= 10 && startsLikeOne
        guard (startsLikeOne && digits >= 9) || isLong, digits <= 15 else { return nil }
        return scalars.index(after: lastDigit)
    }

    private static func digits(_ number: Substring) -> String {
        var result = ""
        for scalar in number.unicodeScalars {
            if let digit = scalar == "+" ? scalar : LetterFolding.asciiDigit(scalar) { result.unicodeScalars.append(digit) }
        }
        return result
    }

    private func isDigit(_ scalars: String.UnicodeScalarView, after index: String.Index) -> Bool {
        let next = scalars.index(after: index)
        return next < scalars.endIndex && isDigit(scalars[next])
    }

    private func digitRun(after index: String.Index) -> Int {
        var count = 0
        var next = scalars.index(after: index)
        while next < scalars.endIndex, isDigit(scalars[next]), count < 4 {
            count += 1
            next = scalars.index(after: next)
        }
        return count
    }

    // MARK: marks

    private mutating func scanMark(_ scalar: Unicode.Scalar) {
        let next = scalars.index(after: position)
        if "-/×÷=".unicodeScalars.contains(scalar), tokens.last?.kind == .number,
            isDigit(peek(1)) || (peek(1) == " " && isDigit(peek(2)))
        {
            emit(.symbol, until: next, normal: String(scalar))
            return
        }
        switch scalar {
        case ".", "۔", "…", "!", ";", "؛", "।": emit(.punctuation, until: next, normal: scalar == "!" ? "!" : ".")
        case "?", "؟": emit(.punctuation, until: next, normal: "?")
        case ",", "،", "(", ")", "[", "]", ":", "—", "–", "/": emit(.punctuation, until: next, normal: ",")
        case "-":
            // Between letters it only joins words ("sister-in-law"); alone it is a dash.
            let joins = position > scalars.startIndex && isLetter(scalars[scalars.index(before: position)]) && isLetter(peek(1))
            if joins { position = next } else { emit(.punctuation, until: next, normal: ",") }
        case "'", "’", "`", "\"", "”", "“", "*", "_", "~", "<", ">", "|", "\\", "{", "}":
            if scalar == "*" || scalar == "<" || scalar == ">" {
                emit(.symbol, until: next, normal: String(scalar))
            } else {
                position = next
            }
        default: emit(.symbol, until: next, normal: String(scalar))
        }
    }

    private mutating func scanQuotation(closing: Unicode.Scalar) {
        let start = scalars.index(after: position)
        var end = start
        var length = 0
        while end < scalars.endIndex, scalars[end] != closing, scalars[end] != "\n", length < 2000 {
            end = scalars.index(after: end)
            length += 1
        }
        let inside = text[start..<end]
        let words = inside.split(whereSeparator: \.isWhitespace).count
        guard end < scalars.endIndex, scalars[end] == closing, words > Self.shortQuotation else {
            position = start
            return
        }
        emit(.quotation, until: scalars.index(after: end), normal: "\"")
    }

    private static let closingQuotes: [Unicode.Scalar: Unicode.Scalar] = ["\"": "\"", "“": "”", "«": "»", "„": "“"]
    private static let apostrophes: Set<Unicode.Scalar> = ["'", "’", "ʼ", "`"]
    private static let titles: Set<String> = ["dr", "mr", "mrs", "ms", "prof", "st", "vs", "eng"]

    // MARK: helpers

    private mutating func emit(_ kind: Token.Kind, until end: String.Index, normal: String) {
        tokens.append(Token(kind: kind, normal: normal, original: String(text[position..<end]), range: position..<end))
        position = end
    }

    private func peek(_ distance: Int) -> Unicode.Scalar {
        guard let index = scalars.index(position, offsetBy: distance, limitedBy: scalars.endIndex), index < scalars.endIndex
        else {
            return " "
        }
        return scalars[index]
    }

    private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z") }
        return scalar.properties.isAlphabetic
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar >= "0" && scalar <= "9" }
        return scalar.properties.generalCategory == .decimalNumber
    }
}
