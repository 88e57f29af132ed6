/// Takes the negation out of a clause, so that statement patterns can tell what it denies.
enum NegationForm {
    /// The tokens without negation and the helping verb it needs; nil if the clause has no negation.
    static func positive(_ clause: ClauseText) -> [Token]? {
        guard let index = clause.classes.firstIndex(where: { $0.contains(.negation) }) else { return nil }
        var dropped: Set<Int> = [index]
        if clause.lexicon.language == .english {
            if index > 0, ["do", "does", "did"].contains(clause.tokens[index - 1].normal) { dropped.insert(index - 1) }
            for (position, token) in clause.tokens.enumerated() {
                // "no longer", "not ... any more"
                if token.normal == "longer", position == index + 1 { dropped.insert(position) }
                if token.normal == "anymore" { dropped.insert(position) }
                if token.normal == "any", position + 1 < clause.count,
                    ["more", "longer"].contains(clause.tokens[position + 1].normal)
                {
                    dropped.formUnion([position, position + 1])
                }
                if token.normal == "at", position + 1 < clause.count, clause.tokens[position + 1].normal == "all",
                    position > index
                {
                    dropped.formUnion([position, position + 1])
                }
            }
        }
        let rest = clause.tokens.enumerated().filter { !dropped.contains($0.offset) }.map(\.element)
        // Two negations are beyond us.
        let left = rest.contains {
            clause.lexicon.wordClass(clause.lexicon.id($0.normal)).contains(.negation) && $0.kind == .word
        }
        return rest.isEmpty || left ? nil : rest
    }

    /// "A نہیں B ہے" as "B ہے", with less and more of the clause taken for A. Urdu only; in English "not" stands before what it denies.
    static func contrasts(_ clause: ClauseText) -> [[Token]] {
        guard clause.lexicon.language != .english,
            let index = clause.classes.firstIndex(where: { $0.contains(.negation) }), index >= 2,
            !clause.classes[index - 1].contains(.predicate)
        else { return [] }
        let after = index + 1..<clause.count
        let grammar: WordClass = [.finite, .postposition, .stop, .filler, .auxiliary, .clauseEnd, .negation]
        let claimed = after.filter { clause.classes[$0].isDisjoint(with: grammar) && !clause.isComma($0) }
        guard !claimed.isEmpty, !after.contains(where: { clause.classes[$0].contains(.negation) }) else { return [] }
        let words = Set(claimed.map { clause.tokens[$0].normal })
        return (max(1, index - 4)..<index).reversed().compactMap { start in
            let dropped = start..<index
            // "پسند نہیں بریانی پسند ہے" are two claims.
            guard !dropped.contains(where: { words.contains(clause.tokens[$0].normal) }) else { return nil }
            return Array(clause.tokens[..<start] + clause.tokens[after].drop { $0.normal == "," })
        }
    }
}
