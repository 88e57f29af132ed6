import Foundation
import LocalStore

/// What the conversation knows when a sentence arrives; nothing is read from a store while understanding.
package struct UnderstandingContext: Sendable {
    package var now: Timestamp
    package var timeZone: TimeZone
    /// The language of the person's previous utterance, which decides doubtful short ones.
    package var previousLanguage: Language?
    /// The fact stored last, for "that's wrong, it's 35" and "I meant Tuesday".
    package var lastFact: ExtractedFact?
    /// People the conversation mentioned, most recent first, for "she works at a bank".
    package var mentioned: [PersonReference]
    /// People known from memory by name, so that "Fatima lives in Multan" is about the sister.
    package var known: [PersonReference]
    /// Whether a reminder was made in the turn before, so that "make it 9" moves it.
    package var madeReminder = false
    /// What the companion asked last, so that "Amina" can be an answer.
    package var pendingQuestion: PendingQuestion?

    package init(
        now: Timestamp, timeZone: TimeZone, previousLanguage: Language? = nil, lastFact: ExtractedFact? = nil,
        mentioned: [PersonReference] = [], known: [PersonReference] = [], pendingQuestion: PendingQuestion? = nil
    ) {
        self.now = now
        self.timeZone = timeZone
        self.previousLanguage = previousLanguage
        self.lastFact = lastFact
        self.mentioned = mentioned
        self.known = known
        self.pendingQuestion = pendingQuestion
    }
}

/// A question the companion asked and is waiting to hear about.
package enum PendingQuestion: Sendable, Hashable {
    /// The answer fills this slot: a bare "Amina" or "34" is enough.
    case slot(MemorySlot, about: PersonReference?)
    /// Yes or no.
    case confirmation
}

/// What one utterance meant, clause by clause, in order.
package struct Understanding: Sendable {
    package struct Clause: Sendable {
        package let act: SpeechAct
        /// The part of the utterance it comes from, as written.
        package let text: String
        /// Which pattern recognised it, for `/why`; nil when none did.
        package let pattern: String?
    }

    package let language: Language
    package let clauses: [Clause]
    /// People spoken of, most recent first: hand them back as ``UnderstandingContext/mentioned``.
    package let mentioned: [PersonReference]

    package var acts: [SpeechAct] { clauses.map(\.act) }

    /// Whether there are more words in it than were understood.
    var leavesRemarks: Bool {
        clauses.contains { $0.act == .remark && $0.pattern == nil && $0.text.split(separator: " ").count > 3 }
    }
}
