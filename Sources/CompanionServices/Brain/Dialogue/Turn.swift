import Foundation
import LocalStore

/// One turn while it is being decided: what was said, what is known, and the answer as it grows.
///
/// Lives inside one transaction and on one thread. Everything written through it is kept, or lost, together with the answer.
final class Turn {
    /// A piece of the answer, one or more whole sentences.
    struct Part {
        enum Role { case greeting, feeling, social, stored, answer, done, remark, question }

        let role: Role
        let text: String
    }

    let brain: EmbeddedBrain
    let searcher: any MemorySearching
    let transaction: StoreTransaction
    let utterance: String
    let understanding: Understanding
    let message: Message
    let person: PersonFacts
    let language: Language
    let people: PeopleBook
    let formatter: TemporalFormatter
    let calendar: LocalCalendar

    var state: DialogueState
    var speaker: Speaker
    var parts: [Part] = []
    /// What was learnt, to be put into one coherent sentence.
    var notes: [FactNote] = []
    /// Where among the parts the sentence about `notes` goes.
    var notesPosition: Int?
    /// What can be taken back of this turn.
    var changes: [DialogueState.Change] = []
    /// What "that" means after this turn.
    var focus: [DialogueState.Slot] = []
    var usedMemories: [Memory] = []
    var rules: [String] = []
    /// The question of ours that the answer ends with, set by whoever asks it.
    var asking: DialogueState.Pending.Question?
    /// The person said goodbye, is upset or busy: nothing is asked.
    var asksNothing = false
    var isFarewell = false
    /// Stems of people who are not to be known any more.
    var forgottenPeople: Set<String> = []
    /// What the search brings up for the whole utterance.
    var found: [RetrievalHit] = []
    /// The order that `found` is the best of.
    var ranking: Ranking?

    var view: StoreView { transaction.view }
    var now: Timestamp { transaction.now }
    var wording: DialogueRules { brain.rules }
    var values: ValueWording { brain.values }

    init(
        brain: EmbeddedBrain, searcher: any MemorySearching, transaction: StoreTransaction, utterance: String,
        understanding: Understanding, message: Message,
        person: PersonFacts, people: PeopleBook, language: Language, state: DialogueState
    ) {
        self.brain = brain
        self.searcher = searcher
        self.transaction = transaction
        self.utterance = utterance
        self.understanding = understanding
        self.message = message
        self.person = person
        self.people = people
        self.language = language
        self.state = state
        calendar = LocalCalendar(timeZone: person.timeZone)
        formatter = TemporalFormatter(timeZone: person.timeZone, language: language)
        speaker = Speaker(
            book: brain.book(language),
            circumstances: person.circumstances(
                at: transaction.now, mood: state.turns <= state.lowUntilTurn ? .low : .even, spokenGender: state.spokenGender),
            seed: state.turns, recent: state.recentPhrases)
    }

    /// Adds a phrase as a part of the answer; false when no variant fits.
    @discardableResult
    func say(_ id: String, _ slots: [String: String] = [:], as role: Part.Role, subject: PersonWording? = nil) -> Bool {
        guard let text = speaker.say(id, slots, subject: subject) else { return false }
        parts.append(Part(role: role, text: text.asSentence(language)))
        return true
    }

    func note(rule: String) {
        if rules.last != rule { rules.append(rule) }
    }

    /// Makes a question of ours the one that is waited for.
    func ask(_ question: DialogueState.Pending.Question, named name: String) {
        asking = question
        state.asked[name] = state.turns
    }

    func provenance(confidence: Double, explicit: Bool) -> Provenance {
        Provenance(
            source: .said, messageID: message.id, confidence: confidence, explicit: explicit,
            language: understanding.language.rawValue)
    }

    /// "a, b and c".
    func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        let comma = language == .urdu ? "، " : ", "
        let and = language == .english ? "and" : language == .urdu ? "اور" : "aur"
        return items.dropLast().joined(separator: comma) + " \(and) " + last
    }

    /// Whether the words of one of the rules' lists stand in a text, one after the other.
    func mentions(_ list: String, in text: String) -> Bool {
        brain.lists[list]?.matches(TextNormalizer.tokens(text)) ?? false
    }
}

/// Phrases to be found among normalised words.
struct PhraseList: Sendable {
    /// By first word.
    private let phrases: [String: [[String]]]

    init(_ list: [String]) {
        phrases = Dictionary(grouping: list.map { TextNormalizer.tokens($0) }.filter { !$0.isEmpty }) { $0[0] }
    }

    /// Whether one of the phrases stands in the words, one word after the other.
    func matches(_ words: [String]) -> Bool {
        words.indices.contains { start in
            (phrases[words[start]] ?? []).contains { words[start...].starts(with: $0) }
        }
    }
}

/// What the companion knows about the person it talks to that shapes every sentence.
struct PersonFacts: Sendable {
    let name: String?
    let gender: Gender
    let timeZone: TimeZone
    let stage: ConversationStage

    init(_ view: StoreView, defaultZone: TimeZone) throws {
        name = try view.personName()
        gender = try view.personGender()
        timeZone = try view.setting(PersonSetting.timeZone).flatMap(TimeZone.init(identifier:)) ?? defaultZone
        stage = try view.conversationState().flatMap { ConversationStage(rawValue: $0.stage) } ?? .orientation
    }

    /// The first word of the name that is no title.
    var firstName: String? { name.map(GreetingPolicy.firstName) }

    /// `spokenGender` counts where none was told.
    func circumstances(at now: Timestamp, mood: PhraseBook.Mood, spokenGender: Gender) -> PhraseBook.Circumstances {
        PhraseBook.Circumstances(
            part: DayPart(at: now, in: timeZone), gender: gender == .unknown ? spokenGender : gender, stage: stage, mood: mood)
    }
}
