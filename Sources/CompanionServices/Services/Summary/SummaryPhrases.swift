/// The frame around quoted sentences, by language, and the words that are no topics; from `summary.json`.
struct SummaryPhrases: Decodable, Sendable {
    struct Style: Decodable, Sendable {
        /// With `{topics}`.
        let topics: String
        let comma: String
        let and: String
        /// What introduces the quotations.
        let quoting: String
        let openQuote: String
        let closeQuote: String
        let separator: String
        let end: String

        func opener(topics list: [String]) -> String {
            topics.replacing("{topics}", with: list.listed(limit: list.count, comma: comma, and: and))
        }

        func quote(_ sentence: String) -> String { openQuote + sentence + closeQuote }

        /// The sentences quoted in a summary; a text of another origin counts as one quotation.
        func quotations(in text: String) -> [String] {
            var found: [String] = []
            var rest = Substring(text)
            while let open = rest.firstIndex(where: { "“«".contains($0) }),
                let close = rest[open...].firstIndex(where: { "”»".contains($0) })
            {
                found.append(String(rest[rest.index(after: open)..<close]))
                rest = rest[rest.index(after: close)...]
            }
            return found.isEmpty && !text.isEmpty ? [text] : found
        }
    }

    let ignoredTopics: [String]
    /// Words of greeting and parting, which tell nothing.
    let smallTalk: [String]
    let styles: [String: Style]

    func style(for language: Language) -> Style {
        styles[language.rawValue] ?? styles[Language.english.rawValue] ?? Self.bare
    }

    private static let bare = Style(
        topics: "{topics}.", comma: ", ", and: ", ", quoting: "", openQuote: "“", closeQuote: "”", separator: " ", end: "")
}
