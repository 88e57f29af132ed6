/// Grammatical gender, as far as the words of a sentence or a kinship term give it away.
package enum Gender: String, Sendable, Codable, Hashable {
    case male
    case female
    case unknown
}

extension Language {
    /// Whether it is Urdu, in whichever script.
    package var isUrdu: Bool { self != .english }
}
