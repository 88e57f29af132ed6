import LocalStore

/// A question about what has been said or stored.
package struct MemoryQuestion: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case what, who, `where`, when, howMany, howOld, why
        /// "do I like coffee?": see ``MemoryQuestion/claim``.
        case yesNo
        /// "what do I like?": every value of the slots.
        case list
        /// "what did I tell you yesterday?": messages, by time and topic.
        case history
        /// "what do you know about me?", or about a person when ``MemoryQuestion/about`` is set.
        case everything
    }

    package var kind: Kind
    /// Where the answer may be, best first.
    package var slots: [SlotPattern]
    /// Content words of the question as written, without question words: for search when no slot holds an answer.
    package var topic: [String]
    /// Whom it is about; nil is the speaker.
    package var about: PersonReference?
    /// The time the question is limited to.
    package var time: TimeReference?
    /// The value a yes/no question supposes, as written: "coffee" in "do I like coffee?".
    package var claim: String?

    package init(
        kind: Kind, slots: [SlotPattern] = [], topic: [String] = [], about: PersonReference? = nil, time: TimeReference? = nil,
        claim: String? = nil
    ) {
        self.kind = kind
        self.slots = slots
        self.topic = topic
        self.about = about
        self.time = time
        self.claim = claim
    }
}

/// Keys that may hold an answer.
package struct SlotPattern: Sendable, Hashable {
    /// nil is any category.
    package var category: MemoryCategory?
    /// A key, with `*` standing for any run of characters: `sister_name`, `likes_*`.
    package var key: String

    package init(_ category: MemoryCategory?, _ key: String) {
        self.category = category
        self.key = key
    }

    package func matches(category: MemoryCategory, key candidate: String) -> Bool {
        if let own = self.category, own != category { return false }
        return Glob.matches(pattern: key, candidate)
    }
}

/// What is to be forgotten.
package enum ForgetTarget: Sendable, Hashable {
    /// "forget that": what was stored last.
    case last
    /// Slots, best first; the first that holds something is meant, all of them when a key has `*`.
    case slots([SlotPattern], described: String)
    /// Everything about a person: "forget what I said about my sister".
    case person(PersonReference, described: String)
    /// Anything that mentions the words.
    case topic([String], described: String)
    /// Needs a confirmation.
    case everything
}

/// A reminder to make, show or drop.
package enum ReminderRequest: Sendable, Hashable {
    /// `text` is what to remind of, as written ("call Ali"), empty when only a time was said; `when` is nil when no time was said.
    case create(text: String, when: TimeReference?, recurrence: String?)
    case list
    /// Drop those whose text has the words; empty words mean the only or latest one.
    case cancel(topic: [String])
    case cancelAll
    /// Put off what was just announced, by seconds.
    case snooze(seconds: Double?)
    /// Another time for the one just made: "make it 9".
    case move(TimeReference)
}

/// A countdown.
package enum TimerRequest: Sendable, Hashable {
    /// `seconds` is nil when no length was said.
    case start(seconds: Double?, label: String?)
    case list
    case cancel
}

/// Something that is computed, not remembered.
package enum SkillRequest: Sendable, Hashable {
    /// The time here, or in a place as written.
    case time(place: String?)
    /// The date or weekday, of today or of the time asked for.
    case date(TimeReference?)
    /// The words of the clause that hold the sum.
    case arithmetic(String)
    /// The words of the clause that hold quantity and units.
    case conversion(String)
}

/// What is said for its own sake.
package enum SocialAct: Sendable, Hashable {
    package enum Greeting: String, Sendable, Hashable {
        case hello, salaam, salaamReply, morning, afternoon, evening
    }

    case greeting(Greeting)
    case farewell
    case goodNight
    case thanks
    case welcome
    case howAreYou
    /// "I'm fine", an answer to how-are-you that says nothing to keep.
    case fine
    case whoAreYou
    case whatCanYouDo
    /// Another question or remark about the companion itself: "are you a robot?", "do you like tea?".
    case aboutCompanion
    case apology
    case compliment
    case complaint
    case affection
    case laughter
    case yes
    case no
    case maybe
    /// "ok", "I see".
    case acknowledgement
    /// "that's wrong", without saying what is right.
    case disagreement
    case joke
    case story
    case bored
    case goodNews
    /// Sadness, fear, loneliness: listen first.
    case distress
    /// A death.
    case grief
    /// Thoughts of ending one's life or hurting oneself; answered with help, always.
    case crisis
    case insult
    case repeatThat
    case speak(Language)
    case help
}
