import LocalStore

/// What a person meant by one clause.
package enum SpeechAct: Sendable, Equatable {
    /// Something about the person or their people that is worth keeping.
    case statement(ExtractedFact)
    /// The same, said to put right what was believed before: "no, my sister is called Amna".
    case correction(ExtractedFact)
    /// Something that has stopped being true, or never was, without a new value: "I no longer live in Karachi".
    case retraction(Retraction)
    /// A question that memory can answer.
    case question(MemoryQuestion)
    case forget(ForgetTarget)
    /// Take back the last forgetting or change.
    case undo
    case reminder(ReminderRequest)
    case timer(TimerRequest)
    case skill(SkillRequest)
    case social(SocialAct)
    /// A question that needs knowledge of the world, or a better brain.
    case openQuestion
    /// Something said that has no slot: kept as a message only.
    case remark
}

/// A place in memory: category and key.
package struct MemorySlot: Sendable, Hashable {
    package let category: MemoryCategory
    /// Lower-case ASCII snake_case, at most 100 characters.
    package let key: String

    package init(_ category: MemoryCategory, _ key: String) {
        self.category = category
        self.key = key
    }
}

/// A value for a slot, as the person worded it.
package struct ExtractedFact: Sendable, Hashable {
    package var category: MemoryCategory
    package var key: String
    /// In the language and spelling of the speaker, final punctuation removed.
    package var value: String
    /// Whom it is about; nil is the speaker.
    package var about: PersonReference?
    /// The time named in the clause: when a plan is due, when something happened.
    package var time: TimeReference?
    /// 0...1; below 0.6 the companion should ask before relying on it.
    package var confidence: Double
    /// Said with "remember that ..." or the like.
    package var explicit: Bool
    /// Slots whose values this fact contradicts ("I hate tea" supersedes likes_tea); forget them, keeping history.
    package var supersedes: [MemorySlot]

    package init(
        category: MemoryCategory, key: String, value: String, about: PersonReference? = nil, time: TimeReference? = nil,
        confidence: Double = 0.9, explicit: Bool = false, supersedes: [MemorySlot] = []
    ) {
        self.category = category
        self.key = key
        self.value = value
        self.about = about
        self.time = time
        self.confidence = confidence
        self.explicit = explicit
        self.supersedes = supersedes
    }

    package var slot: MemorySlot { MemorySlot(category, key) }
}

/// A slot that no longer holds.
package struct Retraction: Sendable, Hashable {
    package var slot: MemorySlot
    /// What was denied; nil when the slot is to be emptied whatever it holds. Compare loosely: "I'm not a teacher" denies
    /// "teacher at a school" too, and says nothing about "doctor".
    package var value: String?

    package init(slot: MemorySlot, value: String? = nil) {
        self.slot = slot
        self.value = value
    }
}

/// A point or span of time a clause names, resolved against the clock of the conversation.
package struct TimeReference: Sendable, Hashable {
    /// How exactly it was said: "at 5" is a minute, "in June" a month.
    package enum Precision: String, Sendable, Hashable, Comparable {
        case minute, hour, day, week, month, year

        private var rank: Int {
            switch self {
            case .minute: 0
            case .hour: 1
            case .day: 2
            case .week: 3
            case .month: 4
            case .year: 5
            }
        }

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
    }

    package var start: Timestamp
    /// Exclusive.
    package var end: Timestamp
    package var precision: Precision
    /// The words that said it, as written.
    package var words: String

    package init(start: Timestamp, end: Timestamp, precision: Precision, words: String) {
        self.start = start
        self.end = end
        self.precision = precision
        self.words = words
    }
}

/// A person (or animal) spoken of.
package struct PersonReference: Sendable, Hashable {
    /// The stem of their memory keys: `sister`, `brother_omar`, `sister_husband`; for people known by name only, the name: `fatima`.
    package var key: String
    /// English name of the kinship or role: `sister`, `boss`; nil when only a name is known.
    package var relation: String?
    package var name: String?
    package var gender: Gender

    package init(key: String, relation: String? = nil, name: String? = nil, gender: Gender = .unknown) {
        self.key = key
        self.relation = relation
        self.name = name
        self.gender = gender
    }
}
