import Foundation

/// The pieces of words that Moonshine writes with: `tokenizer.bin`, a list of byte strings, each after its length.
struct MoonshineVocabulary: Sendable {
    /// Begins and ends what is written; no text.
    static let (start, end) = (1, 2)
    /// Tokens before this one are signs to the model; the next 256 are single bytes.
    private static let firstText = 3
    /// Stands for the space before a word.
    private static let space: [UInt8] = Array("\u{2581}".utf8)

    private let bytes: [UInt8]
    /// Where each token lies in `bytes`.
    private let tokens: [Range<Int>]

    /// A length below 128 is one byte; a longer one is two, the first with its top bit set, the second counting 128s.
    /// `nil` when a length leads past the end.
    init?(_ data: Data) {
        bytes = [UInt8](data)
        var tokens: [Range<Int>] = []
        var index = 0
        while index < bytes.count {
            var length = Int(bytes[index])
            index += 1
            if length >= 128 {
                guard index < bytes.count else { return nil }
                length = Int(bytes[index]) * 128 + length - 128
                index += 1
            }
            guard index + length <= bytes.count else { return nil }
            tokens.append(index..<index + length)
            index += length
        }
        self.tokens = tokens
    }

    var count: Int { tokens.count }

    func bytes(of token: Int) -> [UInt8] { tokens.indices.contains(token) ? Array(bytes[tokens[token]]) : [] }

    /// What the tokens say, without space around it.
    func text(of written: [Int]) -> String {
        let joined = written.lazy.filter { $0 >= Self.firstText }.flatMap { bytes(of: $0) }
        return String(decoding: Array(joined).replacing(Self.space, with: [32]), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
