/// A model that has lost its place in the sound writes the same words again and again. People say a phrase twice, hardly ever three
/// times in a row without a pause.
enum TokenLoop {
    /// Shorter ones are said: "no, no, no".
    private static let lengths = 4...12
    private static let times = 3

    /// How many tokens at the end only repeat those before them; `nil` where nothing goes round.
    static func repetition(atEndOf tokens: [Int]) -> Int? {
        lengths.lazy.filter { length in
            let all = length * times
            guard tokens.count >= all else { return false }
            let tail = tokens.suffix(all)
            return zip(tail, tail.dropFirst(length)).allSatisfy { $0 == $1 }
        }.first.map { $0 * (times - 1) }
    }
}
