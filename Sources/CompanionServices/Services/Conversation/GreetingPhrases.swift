/// Openers by language and occasion, from `greetings.json`.
struct GreetingPhrases: Decodable, Sendable {
    struct Set: Decodable, Sendable {
        let firstMeeting: [String]
        /// By part of the day.
        let fresh: [String: [String]]
        let followUp: [String]
        /// For a follow-up whose topic cannot be named.
        let followUpPlain: [String]
        let callback: [String]
        let longAway: [String]
        /// When nothing else can be said; needs neither name nor topic.
        let plain: String
        /// How a goal or a plan in the person's words is named inside a sentence.
        let goalTopic: String
        let planTopic: String

        func worded(_ topic: String, origin: OngoingTopic.Origin) -> String {
            switch origin {
            case .conversation: topic
            case .goal: goalTopic.replacing("{topic}", with: topic)
            case .plan: planTopic.replacing("{topic}", with: topic)
            }
        }

        /// The texts for an occasion and the path that names them.
        func openers(kind: Greeting.Kind, dayPart: DayPart, hasTopic: Bool) -> (path: String, texts: [String]) {
            switch kind {
            case .firstMeeting: ("firstMeeting", firstMeeting)
            case .fresh: ("fresh.\(dayPart.rawValue)", fresh[dayPart.rawValue] ?? [])
            case .followUp: hasTopic ? ("followUp", followUp) : ("followUpPlain", followUpPlain)
            case .callback: ("callback", callback)
            case .longAway: ("longAway", longAway)
            }
        }
    }

    let english: Set
    let urdu: Set
    let romanUrdu: Set

    private enum CodingKeys: String, CodingKey {
        case english = "en"
        case urdu = "ur"
        case romanUrdu = "ur-Latn"
    }

    func set(for language: Language) -> Set {
        switch language {
        case .english: english
        case .urdu: urdu
        case .romanUrdu: romanUrdu
        }
    }
}

/// Puts a name, a topic and the person's gender into an opener.
///
/// `{name}` and `{topic}` are replaced; a part in square brackets goes when what it needs is missing; of `<a/b>` the second is
/// said to a woman and the first to everybody else.
struct Filling: Sendable {
    var name: String?
    var topic: String?
    var gender = Gender.unknown

    /// Nil if something outside brackets is missing or nothing is left.
    func fill(_ template: String) -> String? {
        var text = agreeing(template)
        while let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]") {
            let part = text[text.index(after: open)..<close]
            let isMissing = (name == nil && part.contains("{name}")) || (topic == nil && part.contains("{topic}"))
            text.replaceSubrange(open...close, with: isMissing ? "" : part)
        }
        // Names and topics are put in last and once, so that brackets within them mean nothing.
        var result = ""
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let value: String? =
                switch rest[rest.index(after: open)..<close] {
                case "name": name
                case "topic": topic
                default: nil
                }
            guard let value else { return nil }
            // A topic may open a sentence; names keep their letters.
            let opensSentence = result.last { !$0.isWhitespace }.map { ".!?".contains($0) } ?? true
            result += opensSentence ? value.prefix(1).uppercased() + value.dropFirst() : value
            rest = rest[rest.index(after: close)...]
        }
        result += rest
        return result.isEmpty ? nil : result
    }

    private func agreeing(_ template: String) -> String {
        var result = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "<"), let slash = rest[open...].firstIndex(of: "/"),
            let close = rest[slash...].firstIndex(of: ">")
        {
            result += rest[..<open]
            result +=
                gender == .female
                ? rest[rest.index(after: slash)..<close] : rest[rest.index(after: open)..<slash]
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
