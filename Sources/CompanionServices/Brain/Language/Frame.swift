/// What surrounds a clause without being part of what it says: "no, actually ...", "remember that ...", "can you tell me ...".
struct Frame: Equatable {
    /// The tokens that are left.
    var range: Range<Int>
    var corrects = false
    var isExplicit = false
    var asks = false
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
        range = position < end ? position..<end : 0..<clause.count
    }

    private mutating func take(_ kind: String) {
        switch kind {
        case "correct": corrects = true
        case "remember": isExplicit = true
        case "ask": asks = true
        case "block": blocks = true
        case "hello": greeting = .greeting(.hello)
        case "salaam": greeting = .greeting(.salaam)
        default: break
        }
    }
}
