/// One word, number or mark of an utterance: the form used for matching next to what the person wrote.
package struct Token: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case word
        case number
        case punctuation
        /// An emoji or another symbol that is not punctuation.
        case symbol
        /// A passage in quotation marks, kept together because it is not the speaker's own claim.
        case quotation
        /// An e-mail address, a web address or a telephone number.
        case address
    }

    package let kind: Kind
    /// Lower-cased, folded, without diacritics; contractions expanded ("I'm" gives two tokens, `i` and `am`).
    package let normal: String
    /// As written.
    package let original: String
    /// Where it stands in the utterance's text. The two tokens of a contraction have adjacent ranges.
    package let range: Range<String.Index>

    package init(kind: Kind, normal: String, original: String, range: Range<String.Index>) {
        self.kind = kind
        self.normal = normal
        self.original = original
        self.range = range
    }
}
