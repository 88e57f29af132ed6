import LocalStore

extension SpeechAct {
    /// The act on one short line, for pattern examples, `/why` and logs of tests: `FACT/name=Ali`, `ask where FACT/location`.
    package var summary: String {
        switch self {
        case .statement(let fact): fact.summary
        case .correction(let fact): "fix \(fact.summary)"
        case .retraction(let retraction):
            "drop \(retraction.slot.category)/\(retraction.slot.key)" + (retraction.value.map { "=\($0)" } ?? "")
        case .question(let question): question.summary
        case .forget(let target): "forget \(target.summary)"
        case .undo: "undo"
        case .reminder(let request): request.summary
        case .timer(let request): request.summary
        case .skill(let request): request.summary
        case .social(let act): act.summary
        case .openQuestion: "open"
        case .remark: "remark"
        }
    }
}

extension ExtractedFact {
    var summary: String { "\(category)/\(key)=\(value)" }
}

extension MemoryQuestion {
    var summary: String {
        var text = "ask \(kind.rawValue)"
        if let slot = slots.first { text += " " + slot.summary }
        if slots.isEmpty, let about { text += " about \(about.key)" }
        if slots.isEmpty, !topic.isEmpty { text += " [\(topic.joined(separator: " "))]" }
        if let claim { text += "=\(claim)" }
        return text
    }
}

extension SlotPattern {
    var summary: String { "\(category.map(\.rawValue) ?? "*")/\(key)" }
}

extension ForgetTarget {
    var summary: String {
        switch self {
        case .last: "last"
        case .slots(let slots, _): slots.first?.summary ?? "nothing"
        case .person(let person, _): "person \(person.key)"
        case .topic(let words, _): "topic \(words.joined(separator: " "))"
        case .everything: "everything"
        }
    }
}

extension ReminderRequest {
    var summary: String {
        switch self {
        case .create(let text, let when, let recurrence):
            "remind '\(text)'" + (when.map { " \($0.start.iso8601.prefix(16))" } ?? "") + (recurrence.map { " \($0)" } ?? "")
        case .list: "reminders"
        case .cancel(let topic): "cancel reminder [\(topic.joined(separator: " "))]"
        case .cancelAll: "cancel all reminders"
        case .move(let time): "move reminder \(time.start.iso8601.prefix(16))"
        case .snooze(let seconds): "snooze" + (seconds.map { " \(Int($0))" } ?? "")
        }
    }
}

extension TimerRequest {
    var summary: String {
        switch self {
        case .start(let seconds, _): "timer" + (seconds.map { " \(Int($0))" } ?? "")
        case .list: "timers"
        case .cancel: "cancel timer"
        }
    }
}

extension SkillRequest {
    var summary: String {
        switch self {
        case .time(let place): "time" + (place.map { " \($0)" } ?? "")
        case .date(let time): "date" + (time.map { " \($0.words)" } ?? "")
        case .arithmetic(let words): "sum \(words)"
        case .conversion(let words): "convert \(words)"
        }
    }
}

extension SocialAct {
    var summary: String {
        switch self {
        case .greeting(let greeting): "greeting \(greeting.rawValue)"
        case .speak(let language): "speak \(language.rawValue)"
        default: String(describing: self)
        }
    }

    /// The act of that name in a pattern file: `thanks`, `greeting.salaam`, `speak.ur`.
    init?(name: String) {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        if parts.count == 2 {
            if parts[0] == "greeting", let greeting = Greeting(rawValue: parts[1]) {
                self = .greeting(greeting)
            } else if parts[0] == "speak", let language = Language(rawValue: parts[1]) {
                self = .speak(language)
            } else {
                return nil
            }
            return
        }
        guard let act = Self.plain.first(where: { String(describing: $0) == name }) else { return nil }
        self = act
    }

    private static let plain: [SocialAct] = [
        .farewell, .goodNight, .thanks, .welcome, .howAreYou, .fine, .whoAreYou, .whatCanYouDo, .aboutCompanion, .apology,
        .compliment, .complaint, .affection, .laughter, .yes, .no, .maybe, .acknowledgement, .disagreement, .joke, .story, .bored,
        .goodNews, .distress, .grief, .crisis, .insult, .repeatThat, .help,
    ]
}
