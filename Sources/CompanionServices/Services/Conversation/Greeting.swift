import Foundation
import LocalStore

/// The first words of a conversation, and why they were chosen.
package struct Greeting: Sendable, Hashable {
    /// What the opening does.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// Nobody has spoken with this companion before.
        case firstMeeting
        case fresh
        /// Takes up what was left open.
        case followUp
        /// A light question about something ongoing, up to two weeks later.
        case callback
        /// More than two weeks have passed: warmth, and nothing from then.
        case longAway
    }

    /// Never empty.
    package let text: String
    package let kind: Kind
    package let language: Language
    package let dayPart: DayPart
    package let topic: String?
    /// Names the phrase, such as `en.fresh.morning.2`; the same one is not used again soon.
    package let opener: String

    /// For the message row, so that `/why` can tell.
    package var details: [String: JSONValue] {
        var details: [String: JSONValue] = [
            "act": "greeting", "kind": .string(kind.rawValue), "opener": .string(opener), "day_part": .string(dayPart.rawValue),
        ]
        details["topic"] = topic.map(JSONValue.string)
        return details
    }
}

/// Something the person is in the middle of.
struct OngoingTopic: Sendable, Hashable {
    enum Origin: Sendable { case conversation, goal, plan }

    /// In the person's words.
    let text: String
    let origin: Origin
}

/// What a greeting is chosen from.
struct GreetingSituation: Sendable {
    var language: Language
    var name: String?
    var gender: Gender
    var now: Timestamp
    var zone: TimeZone
    var last: LastConversation?
    var continuity: Continuity
    /// Something ongoing that may be asked about: a plan, a goal, a topic of the last conversation.
    var ongoing: OngoingTopic?
    /// Openers used lately, newest first.
    var recent: [String]
    /// Decides among equally good openers: the same seed, the same words.
    var seed: Int
}

/// Chooses an opener by rule and fills it in.
struct GreetingPolicy: Sendable {
    /// After this many days nothing from the last conversation is mentioned.
    static let callbackDays = 14.0
    /// Longest topic, in words, that fits into a light question.
    static let topicWords = 4
    /// How many openers are remembered as used.
    static let remembered = 6

    let phrases: GreetingPhrases

    func greeting(for situation: GreetingSituation) -> Greeting {
        let part = DayPart(at: situation.now, in: situation.zone)
        let (kind, topic) = intent(situation)
        let filling = Filling(name: situation.name.map(Self.firstName), topic: topic, gender: situation.gender)
        let set = phrases.set(for: situation.language)
        let options = set.openers(kind: kind, dayPart: part, hasTopic: topic != nil)
        let prefix = "\(situation.language.rawValue).\(options.path)"
        let index = choose(count: options.texts.count, prefix: prefix, situation)
        guard let index, let text = filling.fill(options.texts[index]) else {
            let text = filling.fill(set.plain) ?? set.plain
            return Greeting(
                text: text, kind: .fresh, language: situation.language, dayPart: part, topic: nil,
                opener: "\(situation.language.rawValue).plain")
        }
        return Greeting(
            text: text, kind: kind, language: situation.language, dayPart: part, topic: topic, opener: "\(prefix).\(index)")
    }

    private func intent(_ situation: GreetingSituation) -> (Greeting.Kind, String?) {
        guard let last = situation.last else { return (.firstMeeting, nil) }
        let hours = last.hours(until: situation.now)
        if hours > Self.callbackDays * 24 { return (.longAway, nil) }
        let continuity = situation.continuity
        if continuity.decision == .followUp, continuity.confidence > Continuity.requiredConfidence {
            return (.followUp, fitting(continuity.topic, situation.language))
        }
        // What ended in a delicate matter is theirs to bring up, and a goodbye a moment ago needs no question.
        guard continuity.reason != .sensitive, hours > 1, let ongoing = situation.ongoing,
            let topic = fitting(ongoing.text, situation.language)
        else { return (.fresh, nil) }
        return (.callback, phrases.set(for: situation.language).worded(topic, origin: ongoing.origin))
    }

    /// A topic can be named if it is short and in the letters of the greeting.
    private func fitting(_ topic: String?, _ language: Language) -> String? {
        guard let topic = topic.map(MemoryInput.clean), !topic.isEmpty else { return nil }
        guard Self.isShort(topic) else { return nil }
        return topic.isArabicScript == (language == .urdu) ? topic : nil
    }

    static func isShort(_ topic: String) -> Bool {
        topic.count <= 40 && topic.split(separator: " ").count <= topicWords
    }

    /// The seed's opener, or the next one that has not been used lately; the one used longest ago if all have.
    private func choose(count: Int, prefix: String, _ situation: GreetingSituation) -> Int? {
        guard count > 0 else { return nil }
        let start = abs(situation.seed % count)
        let order = (0..<count).map { (start + $0) % count }
        return order.first { !situation.recent.contains("\(prefix).\($0)") }
            ?? order.max { age("\(prefix).\($0)", situation) < age("\(prefix).\($1)", situation) }
    }

    private func age(_ opener: String, _ situation: GreetingSituation) -> Int {
        situation.recent.firstIndex(of: opener) ?? .max
    }

    /// The first word that is no title.
    static func firstName(_ fullName: String) -> String {
        let words = fullName.split(whereSeparator: \.isWhitespace)
        let first =
            words.first { !titles.contains($0.lowercased().trimmingCharacters(in: .punctuationCharacters)) } ?? words.first
        return first.map(String.init) ?? fullName
    }

    private static let titles: Set<String> = [
        "dr", "mr", "mrs", "ms", "miss", "prof", "professor", "engr", "sir", "madam", "ڈاکٹر", "پروفیسر", "جناب", "محترمہ",
        "محترم", "مسٹر", "مس",
    ]
}
