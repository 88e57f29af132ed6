import LocalStore
import Synchronization

/// Who heard what a spoken answer answers, and who spoke it. Of the last answer alone, and on this device alone: messages are written
/// once, and how an answer is spoken is known only after it was kept.
package struct SpeechTrail: Sendable, Hashable, Codable {
    /// The answer, by the id of its message.
    let answer: String
    let heard: [RungUse]
    let spoken: [RungUse]
}

/// Collects who was asked while an answer is spoken, whoever speaks its pieces.
package final class SpeechUses: Sendable {
    private let uses = Mutex<[RungUse]>([])

    package init() {}

    /// The same use again, by the next sentence, tells nothing new.
    package func note(_ use: RungUse) {
        uses.withLock { uses in
            let isKnown = uses.contains { known in
                (known.rung, known.model, known.outcome, known.why) == (use.rung, use.model, use.outcome, use.why)
            }
            if !isKnown { uses.append(use) }
        }
    }

    package var all: [RungUse] { uses.withLock { $0 } }
}

extension ConversationSession {
    /// Keeps who heard and who spoke, for ``why()``. Where there are no services, there is nothing to keep.
    package func keepSpeech(of answer: String, heard: [RungUse], spoken: [RungUse]) async throws {
        guard !(heard.isEmpty && spoken.isEmpty), !answer.isEmpty else { return }
        let trail = SpeechTrail(answer: answer, heard: heard, spoken: spoken)
        try await companion.store.write { try $0.encodeSetting(PersonSetting.speechTrail, trail) }
    }
}

extension StoreView {
    /// Nil for answers that were not spoken, or not last.
    func speechTrail(of answer: String) throws -> SpeechTrail? {
        try decodedSetting(SpeechTrail.self, PersonSetting.speechTrail).flatMap { $0.answer == answer ? $0 : nil }
    }
}
