import LocalStore

/// The gender a speaker of Urdu gives themselves by their verbs: "میں رہتی ہوں", "main ja raha hoon".
enum SpokenGender {
    private static let selves: Set<String> = ["ہوں", "hoon", "hun"]
    private static let male = ["تا", "رہا", "گیا", "چکا", "چاہتا", "ta", "raha", "gaya", "chuka"]
    private static let female = ["تی", "رہی", "گئی", "چکی", "چاہتی", "ti", "rahi", "gayi", "gai", "chuki"]

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
