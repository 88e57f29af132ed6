import LocalStore

extension Gender {
    /// Reads the words people use for their own gender in English, Urdu and Roman Urdu; anything else is `.unknown`, and is
    /// spoken to without assuming one.
    package init(described text: String) {
        self = Self.words[TextNormalizer.normalize(text)] ?? .unknown
    }

    /// The pronouns stored for the person; everyone who is neither he nor she by their own word is they.
    package var pronouns: String {
        switch self {
        case .female: "she/her"
        case .male: "he/him"
        case .unknown: "they/them"
        }
    }

    private static let words: [String: Gender] = {
        let female = ["female", "f", "woman", "girl", "lady", "عورت", "خاتون", "لڑکی", "مونث", "aurat", "khatoon", "larki"]
        let male = ["male", "m", "man", "boy", "مرد", "لڑکا", "آدمی", "مذکر", "mard", "larka", "aadmi", "admi"]
        let pairs = female.map { ($0, Gender.female) } + male.map { ($0, Gender.male) }
        return Dictionary(pairs.map { (TextNormalizer.normalize($0.0), $0.1) }) { first, _ in first }
    }()
}
