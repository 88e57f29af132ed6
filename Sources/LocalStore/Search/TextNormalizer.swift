import Foundation

/// One spelling for every text that is indexed or searched, whatever keyboard typed it.
///
/// Queries and documents go through the same functions, so they can only meet or miss each other for their words, never
/// for their code points. Changing any rule here changes `version`, which makes the index rebuild itself.
package enum TextNormalizer {
    /// Raised when any rule of folding, stemming or the stop lists changes, or the make of a ``DocumentID``.
    package static let version = 2

    /// Compatibility-folded, lower-case text with Arabic-script spellings unified, marks and invisible characters removed,
    /// digits in ASCII, and runs of white space as one space.
    package static func normalize(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        var pendingSpace = false
        func append(_ scalar: Unicode.Scalar) {
            if pendingSpace {
                if !folded.isEmpty { folded.append(" ") }
                pendingSpace = false
            }
            folded.append(scalar)
        }
        let needsDecomposition = text.unicodeScalars.contains(where: ScalarFolding.needsDecomposition)
        let source = needsDecomposition ? text.decomposedStringWithCompatibilityMapping : text
        var previous: Unicode.Scalar = " "
        for scalar in source.unicodeScalars {
            switch ScalarFolding.fold(scalar, after: previous) {
            case .scalar(let one): append(one)
            case .text(let several): several.unicodeScalars.forEach(append)
            case .space: pendingSpace = true
            case .nothing: continue
            }
            previous = scalar
        }
        let result = String(folded)
        return needsDecomposition ? result.precomposedStringWithCanonicalMapping : result
    }

    /// The words of a text, folded but not stemmed, in order. Apostrophes join ("don't" is `dont`), except that an
    /// English `'s` is dropped.
    package static func tokens(_ text: String) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        var afterApostrophe: Int?
        func finish() {
            if let start = afterApostrophe, word.count == start + 1, word.last == "s" { word.removeLast() }
            if !word.isEmpty { words.append(String(word)) }
            word = String.UnicodeScalarView()
            afterApostrophe = nil
        }
        for scalar in normalize(text).unicodeScalars {
            if ScalarFolding.isWord(scalar) {
                word.append(scalar)
            } else if ScalarFolding.isApostrophe(scalar), !word.isEmpty {
                afterApostrophe = word.count
            } else {
                finish()
            }
        }
        finish()
        return words
    }

    /// What goes into the index and into a query: the words that carry meaning, stemmed.
    package static func indexTerms(_ text: String) -> [String] {
        indexTerms(ofTokens: tokens(text))
    }

    package static func indexTerms(ofTokens tokens: [String]) -> [String] {
        tokens.compactMap { StopWords.all.contains($0) ? nil : stem($0) }
    }

    /// The stem of one folded word: English rules for words in ASCII letters, the word itself otherwise.
    package static func stem(_ token: String) -> String {
        PorterStemmer.stem(token)
    }

    /// Script-free spellings of the words that carry meaning, see `ConsonantSkeleton`. Plain English has none: its words
    /// meet as words.
    package static func skeletonTerms(_ text: String) -> [String] {
        skeletonTerms(ofTokens: tokens(text))
    }

    package static func skeletonTerms(ofTokens tokens: [String]) -> [String] {
        let romanUrdu = isRomanUrdu(tokens)
        return tokens.compactMap { token in
            guard !StopWords.all.contains(token), romanUrdu || ConsonantSkeleton.isArabicScript(token) else { return nil }
            return ConsonantSkeleton.of(token)
        }
    }

    /// Whether words in Latin letters are probably Urdu: a quarter of them are its function words.
    package static func isRomanUrdu(_ tokens: [String]) -> Bool {
        var latin = 0
        var hints = 0
        for token in tokens {
            guard let first = token.utf8.first, first < 0x80 else { continue }
            latin += 1
            if StopWords.romanUrduHints.contains(token) { hints += 1 }
        }
        return hints > 0 && hints * 4 >= latin
    }
}
