/// The words of one utterance, looked up once, for the grammar to walk over.
struct TemporalScanner: Sendable {
    let words: [String]
    let language: Language
    private let terms: [TimeWord?]
    private let numbers: [NumberMatch?]

    init(words original: [String], language: Language) {
        let words = original.map(WordFolding.fold)
        let lexicon = TimeLexicon.of(language)
        self.words = words
        self.language = language
        terms = words.map(lexicon.meaning)
        numbers = words.indices.map { NumberWords.match(folded: words, at: $0, language: language) }
    }

    var count: Int { words.count }

    func term(_ index: Int) -> TimeWord? { terms.indices.contains(index) ? terms[index] : nil }

    func word(_ index: Int) -> String { words.indices.contains(index) ? words[index] : "" }

    func number(_ index: Int) -> NumberMatch? { numbers.indices.contains(index) ? numbers[index] : nil }

    /// A cardinal without fraction.
    func integer(_ index: Int) -> (value: Int, end: Int)? {
        guard let number = number(index), !number.isOrdinal, let value = number.integer else { return nil }
        return (value, number.words.upperBound)
    }

    func month(_ index: Int) -> Int? {
        switch term(index) {
        case .month(let month), .doubtfulMonth(let month): month
        default: nil
        }
    }

    func weekday(_ index: Int) -> Weekday? {
        switch term(index) {
        case .weekday(let day), .shortWeekday(let day), .everyWeekday(let day): day
        default: nil
        }
    }

    func isPossessive(_ index: Int) -> Bool { term(index) == .possessive }
}
