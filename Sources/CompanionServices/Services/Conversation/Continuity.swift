import LocalStore

/// Whether a new conversation takes up the last one.
package struct Continuity: Sendable, Hashable {
    package enum Decision: String, Sendable, Hashable, Codable {
        case followUp = "FOLLOW_UP"
        case freshStart = "FRESH_START"
    }

    package enum Reason: String, Sendable, Hashable, Codable {
        case noHistory = "no-history"
        case tooLongAgo = "too-long-ago"
        case dayOld = "day-old"
        case sensitive
        case saidGoodbye = "said-goodbye"
        case unfinished, important, emotional, casual
    }

    package let decision: Decision
    /// 0 to 1. A greeting follows up only above 0.7.
    package let confidence: Double
    package let reason: Reason
    /// What the last conversation was about, in its own words; only with a follow-up.
    package let topic: String?

    /// From here on a follow-up is used.
    package static let requiredConfidence = 0.7
}

/// The rules that decide it; the same conversation always gets the same answer.
struct ContinuityPolicy: Sendable {
    /// Hours up to which something open is taken up.
    static let followUpHours = 12.0
    static let freshHours = 24.0
    /// Beyond this nothing is even looked at.
    static let skipHours = 72.0
    /// Messages looked at, newest first.
    static let messagesConsidered = 3

    let lexicon: SignalLexicon

    func decide(_ last: LastConversation?, now: Timestamp) -> Continuity {
        guard let last, !last.lastMessages.isEmpty else { return fresh(.noHistory, 1) }
        let hours = last.hours(until: now)
        if hours > Self.skipHours { return fresh(.tooLongAgo, 1) }
        if hours > Self.freshHours { return fresh(.dayOld, 0.9) }

        let considered = last.lastMessages.prefix(Self.messagesConsidered)
        let perMessage = considered.map(lexicon.signals(in:))
        let signals = perMessage.reduce(into: Set<Signal>()) { $0.formUnion($1) }
        if !signals.isDisjoint(with: Signal.sensitive) || signals.contains(.distress) { return fresh(.sensitive, 0.9) }

        let open: (Continuity.Reason, Double)? =
            if signals.contains(.unfinished) || last.hasDeferredQuestion {
                (.unfinished, 0.9)
            } else if signals.contains(.important) {
                (.important, 0.85)
            } else if signals.contains(.positive) || signals.contains(.negative) {
                (.emotional, 0.8)
            } else if last.unansweredQuestion != nil, !signals.contains(.goodbye) {
                (.unfinished, 0.75)
            } else {
                nil
            }
        // A goodbye ends a conversation naturally, unless something was openly left for later.
        if perMessage.first?.contains(.goodbye) == true, open?.0 != .unfinished, open?.0 != .important {
            return fresh(.saidGoodbye, 0.9)
        }
        guard let (reason, confidence) = open else { return fresh(.casual, 0.8) }
        let topic = topic(of: last)
        guard hours <= Self.followUpHours else {
            // Between half a day and a day it may be taken up, but not surely enough to open with it.
            return Continuity(decision: .followUp, confidence: confidence - 0.3, reason: reason, topic: topic)
        }
        return Continuity(decision: .followUp, confidence: confidence, reason: reason, topic: topic)
    }

    /// The first topic that is not a delicate one.
    func topic(of last: LastConversation) -> String? {
        last.topics.first { topic in
            !topic.isEmpty && lexicon.signals(in: topic).isDisjoint(with: Signal.sensitive)
        }
    }

    private func fresh(_ reason: Continuity.Reason, _ confidence: Double) -> Continuity {
        Continuity(decision: .freshStart, confidence: confidence, reason: reason, topic: nil)
    }
}
