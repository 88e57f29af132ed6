/// English words that name an occupation by their ending, for those no list has.
enum JobWords {
    private static let endings = ["er", "or", "ist", "ian", "eer", "man", "woman", "smith", "keeper"]
    private static let others: Set<String> = [
        "mother", "father", "sister", "brother", "daughter", "teenager", "lover", "believer", "winner", "loser", "beginner",
        "member",
        "owner", "cancer", "father", "number", "dinner", "summer", "winter", "computer", "over", "either", "other", "another",
        "foreigner", "survivor", "human", "woman", "man", "gentleman", "sucker", "newcomer", "follower", "fighter", "overthinker",
        "thinker", "learner", "listener", "reader", "traveler", "traveller", "smoker", "drinker", "vegetarian", "christian",
        "italian",
        "indian", "iranian", "russian", "canadian", "australian", "egyptian", "asian", "palestinian", "syrian", "pessimist",
        "optimist",
        "feminist", "atheist", "buddhist", "perfectionist", "minimalist", "introvert", "believer", "dreamer", "loner", "leader",
        "supporter", "admirer", "stranger", "lefty", "commoner", "prisoner", "disaster", "monster", "burger", "bachelor",
        "senior",
        "junior", "junkie", "caregiver", "ever", "never", "paper", "letter", "matter", "power", "flower", "minor", "major",
        "doctor's",
        "morning", "person", "sleeper", "riser", "eater", "goer", "hoarder", "hater", "talker", "minister's", "fever", "humor",
        "tumor",
    ]

    /// - Parameter isKnown: whether patterns or lists know the word as something else.
    static func isJob(_ word: String, isKnown: Bool) -> Bool {
        !isKnown && word.count > 4 && !others.contains(word) && endings.contains { word.hasSuffix($0) }
    }
}
