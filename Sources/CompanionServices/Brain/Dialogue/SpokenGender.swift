import LocalStore

/// The gender a speaker of Urdu gives themselves by their verbs: "میں رہتی ہوں", "main ja raha hoon".
enum SpokenGender {
    private static let selves = Set(["ہوں", "hoon", "hun"].map(TextNormalizer.normalize))
    private static let male = ["تا", "رہا", "گیا", "چکا", "ta", "raha", "gaya", "chuka"].map(TextNormalizer.normalize)
    private static let female = ["تی", "رہی", "گئی", "چکی", "ti", "rahi", "gayi", "gai", "chuki"].map(TextNormalizer.normalize)

    /// Nil when the words do not tell, or tell both.
    static func of(_ text: String) -> Gender? {
        let words = TextNormalizer.tokens(text)
        var found: Set<Gender> = []
        for (verb, auxiliary) in zip(words, words.dropFirst()) where selves.contains(auxiliary) {
            if female.contains(where: verb.hasSuffix) {
                found.insert(.female)
            } else if male.contains(where: verb.hasSuffix) {
                found.insert(.male)
            }
        }
        return found.count == 1 ? found.first : nil
    }
}
