/// What surrounds a clause without being part of what it says: "no, actually ...", "remember that ...", "can you tell me ...".
struct Frame: Equatable {
    /// The tokens that are left.
    var range: Range<Int>
    var corrects = false
    var isExplicit = false
    var asks = false
    /// "forget that my sister is called Amna": what follows is not claimed but meant.
    var forgets = false
    /// Hypothetical or reported: nothing in it is a claim.
    var blocks = false
    var greeting: SocialAct?

    /// Whether anything was taken off.
    func changes(_ clause: ClauseText) -> Bool { range.count < clause.count }

    init(_ clause: ClauseText) {
        range = 0..<clause.count
        var position = 0
        var progress = true
        while progress, position < clause.count {
            progress = false
            let leads = clause.lexicon.leads[clause.ids[position]] ?? []
            for lead in leads where clause.ids[position...].starts(with: lead.words) {
                // What is nothing but a lead is a remark of its own ("no", "please").
                guard position + lead.words.count < clause.count else { break }
                take(lead.kind)
                position += lead.words.count
                progress = true
                break
            }
            if !progress, clause.isComma(position) || clause.classes[position].contains(.filler) {
                position += 1
                progress = true
            }
        }
        var end = clause.count
        progress = true
        while progress, end > position + 1 {
            progress = false
            if clause.isComma(end - 1) || clause.classes[end - 1].contains(.filler) {
                end -= 1
                progress = true
                continue
            }
            for trail in clause.lexicon.trails[clause.ids[end - 1]] ?? []
            where end - trail.count > position && clause.ids[position..<end].suffix(trail.count).elementsEqual(trail) {
                end -= trail.count
                progress = true
                break
            }
        }
        if let contrast = Self.contrast(clause, position..<end) {
            corrects = true
            end = contrast
        }
        range = position < end ? position..<end : 0..<clause.count
    }

    /// Where "..., not Kamal" begins: the end of the claim when what follows only says what is not meant.
    private static func contrast(_ clause: ClauseText, _ range: Range<Int>) -> Int? {
        guard let index = range.last(where: { clause.classes[$0].contains(.negation) }), index - range.lowerBound >= 3 else {
            return nil
        }
        if clause.lexicon.language == .english {
            let tail = range.upperBound - index - 1
            let before = clause.classes[index - 1]
            let isContrast = (1...3).contains(tail) && before.isDisjoint(with: [.finite, .auxiliary, .subject])
            return isContrast && clause.classes[range.lowerBound..<index].contains { $0.contains(.finite) } ? index : nil
        }
        // میرا نام جمال ہے، کمال نہیں
        guard index == range.upperBound - 1 else { return nil }
        return (max(range.lowerBound, index - 4)..<index).last { clause.classes[$0].contains(.clauseEnd) && $0 < index - 1 }.map {
            $0 + 1
        }
    }

    private mutating func take(_ kind: String) {
        switch kind {
        case "correct": corrects = true
        case "remember": isExplicit = true
        case "ask": asks = true
        case "forget": forgets = true
        case "block": blocks = true
        case "hello": greeting = .greeting(.hello)
        case "salaam": greeting = .greeting(.salaam)
        default: break
        }
    }
}
