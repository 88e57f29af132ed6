import Foundation
import LocalStore
import Synchronization

/// What a conversation must remember from one turn to the next. It is kept in the store, written in the same transaction as the
/// turn, so that a restart in the middle of a conversation changes nothing.
struct DialogueState: Codable, Sendable, Equatable {
    static let setting = "dialogue_state"

    /// The person's turns so far, in all conversations.
    var turns = 0
    var conversationID: String?
    /// The person's turns in that conversation.
    var conversationTurns = 0
    var pending: Pending?
    /// What "that" means: the slots stored or spoken of last.
    var focus: [Slot] = []
    /// The turn in which it was set.
    var focusTurn = 0
    /// The last changes that can be taken back, newest last; one element for each turn that changed something.
    var changes: [[Change]] = []
    /// Phrases said lately (see ``Speaker``).
    var recentPhrases: [String] = []
    /// The turn in which a question was asked last, by question.
    var asked: [String: Int] = [:]
    /// Plans that were asked about after their day.
    var plansAsked: [String] = []
    /// People spoken of, most recent first.
    var mentioned: [Person] = []
    /// Up to and with this turn the person is given room.
    var lowUntilTurn = 0
    var chosenLanguage: ChosenLanguage?
    var lastLanguage: Language?
    /// The reminder announced last, which "snooze" means.
    var announcedReminder: String?
    /// What the person asked to have forgotten: not to be brought up from old messages.
    var forgotten: [ForgottenWords] = []
    /// The gender by which the person speaks of themselves in Urdu ("میں جاتی ہوں"); it only shapes the answers' grammar.
    var spokenGender = Gender.unknown

    struct Slot: Codable, Sendable, Hashable {
        var category: String
        var key: String

        init(_ category: MemoryCategory, _ key: String) {
            self.category = category.rawValue
            self.key = key
        }

        init(_ memory: Memory) {
            self.init(memory.category, memory.key)
        }

        var memoryCategory: MemoryCategory { MemoryCategory(rawValue: category) }
        var memorySlot: MemorySlot { MemorySlot(memoryCategory, key) }
    }

    struct Change: Codable, Sendable, Hashable {
        enum Kind: String, Codable { case inserted, replaced, forgotten, reminder }

        var kind: Kind
        /// For a reminder its id is the key.
        var slot: Slot
    }

    struct Person: Codable, Sendable, Hashable {
        var key: String
        var relation: String?
        var name: String?
        var gender: Gender

        init(_ reference: PersonReference) {
            key = reference.key
            relation = reference.relation
            name = reference.name
            gender = reference.gender
        }

        var reference: PersonReference { PersonReference(key: key, relation: relation, name: name, gender: gender) }
    }

    /// A language the person asked for. It holds until they write in it; from then on their writing decides again.
    struct ChosenLanguage: Codable, Sendable, Equatable {
        var language: Language
        var turn: Int
    }

    /// What may not be quoted from messages of before; the words themselves are not kept.
    struct ForgottenWords: Codable, Sendable, Equatable {
        /// Hashes of index terms; a message with all of them is not brought up. Empty means every message.
        var terms: [UInt64]
        var before: Timestamp
    }

    /// A question of ours that waits for an answer.
    struct Pending: Codable, Sendable, Equatable {
        enum Question: Codable, Sendable, Equatable {
            case slot(Slot, about: Person?)
            /// "Shall I forget all of these?"
            case forgetAll
            case forgetThese([Slot])
            case forgetWhich([Slot], words: String)
            case reminderTime(text: String, recurrence: String?)
            case reminderText(due: Timestamp, recurrence: String?)
            case cancelWhich([String])
            case timerLength(label: String?)
            /// Something heard that was not clear enough to keep.
            case confirm(Slot, value: String, about: Person?)
            /// How a plan went.
            case plan(Slot, topic: String)
            /// A question without a slot; whatever is said is an answer.
            case open
        }

        var question: Question
        var askedInTurn: Int
        var askedAt: Timestamp
    }

    /// Questions older than this many turns or seconds are no longer waited for.
    private static let pendingTurns = 2
    private static let pendingSeconds = 30.0 * 60

    /// The question the person may be answering now.
    func currentQuestion(at now: Timestamp) -> Pending.Question? {
        guard let pending, turns - pending.askedInTurn < Self.pendingTurns,
            abs(now.seconds(since: pending.askedAt)) <= Self.pendingSeconds
        else { return nil }
        return pending.question
    }
}

extension DialogueState {
    /// Bounds that keep the state small however long people talk.
    private static let changeLimit = 12
    private static let plansLimit = 60
    private static let forgottenLimit = 400
    private static let peopleLimit = 6
    private static let questionMemory = 200

    /// As it is kept: without what is too old to matter.
    fileprivate var pruned: DialogueState {
        var state = self
        state.changes = Array(changes.suffix(Self.changeLimit))
        state.plansAsked = Array(plansAsked.suffix(Self.plansLimit))
        state.forgotten = Array(forgotten.suffix(Self.forgottenLimit))
        state.mentioned = Array(mentioned.prefix(Self.peopleLimit))
        state.asked = asked.filter { turns - $0.value < Self.questionMemory }
        return state
    }
}

/// Reads and writes dialogue states. The last one is remembered with the text it is kept as, so that the next turn, which nearly
/// always begins with the same text, need not read it anew; another person's text is another text.
final class DialogueStates: Sendable {
    private let last = Mutex<(text: String, state: DialogueState)?>(nil)

    func load(_ view: StoreView) throws -> DialogueState {
        guard let text = try view.setting(DialogueState.setting) else { return DialogueState() }
        if let known = last.withLock({ $0?.text == text ? $0?.state : nil }) { return known }
        // A state that this version cannot read is worth less than the conversation: begin with a fresh one.
        let state = (try? JSONDecoder().decode(DialogueState.self, from: Data(text.utf8))) ?? DialogueState()
        last.withLock { $0 = (text, state) }
        return state
    }

    func save(_ state: DialogueState, _ transaction: StoreTransaction) throws {
        let state = state.pruned
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(state)
        assert((try? JSONDecoder().decode(DialogueState.self, from: data)) == state, "a state is not read as it was written")
        let text = String(decoding: data, as: UTF8.self)
        try transaction.setSetting(DialogueState.setting, text)
        last.withLock { $0 = (text, state) }
    }
}
