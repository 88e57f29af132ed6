import LocalStore

/// When two profile texts say the same.
enum ProfileComparison {
    /// The measure of the original: equal but for white space; or at most 10 % apart in length with more than 90 % of the
    /// words in common. Exactly 90 % counts as changed.
    static func isSimilar(_ old: String, _ new: String) -> Bool {
        let old = old.collapsingWhitespace
        let new = new.collapsingWhitespace
        if old == new { return true }
        guard !old.isEmpty else { return false }
        guard abs(old.count - new.count) * 10 <= old.count else { return false }
        let oldWords = Set(old.lowercased().split(separator: " "))
        let newWords = Set(new.lowercased().split(separator: " "))
        let larger = max(oldWords.count, newWords.count)
        return oldWords.intersection(newWords).count * 10 > larger * 9
    }

    /// Similar, and no word that carries meaning came or went: a new city in a long text is a change, however short it is.
    static func isUnchanged(_ old: String, _ new: String) -> Bool {
        guard isSimilar(old, new) else { return false }
        return Set(TextNormalizer.indexTerms(old)) == Set(TextNormalizer.indexTerms(new))
    }
}
