/// What a pattern does that neither stores nor asks, as named in its `act` field.
enum ActRule: Sendable, Equatable {
    case social(SocialAct)
    case forgetLast
    case forgetSlots
    case forgetTopic
    case forgetPerson
    case forgetEverything
    case undo
    case reminderCreate
    /// A reminder in the morning unless the words say otherwise: "wake me at 6".
    case reminderWake
    case reminderList
    case reminderCancel
    case reminderCancelAll
    case reminderSnooze
    case timerStart
    case timerList
    case timerCancel
    case time
    case date
    case arithmetic
    case conversion
    case open
    case remark
    /// A remark that makes the rest of the sentence hearsay or make-believe: "my friend says ...", "if ...".
    case block
    /// A new value for what was stored last: "it's 35".
    case replace
    /// "that's wrong": what follows in the utterance corrects.
    case disagree

    init?(_ name: String) {
        if name.hasPrefix("social:") {
            guard let act = SocialAct(name: String(name.dropFirst(7))) else { return nil }
            self = .social(act)
            return
        }
        guard let rule = Self.plain[name] else { return nil }
        self = rule
    }

    private static let plain: [String: ActRule] = [
        "forget:last": .forgetLast, "forget:slots": .forgetSlots, "forget:topic": .forgetTopic, "forget:person": .forgetPerson,
        "forget:everything": .forgetEverything, "undo": .undo, "reminder:create": .reminderCreate, "reminder:wake": .reminderWake,
        "reminder:list": .reminderList,
        "reminder:cancel": .reminderCancel, "reminder:cancelAll": .reminderCancelAll, "reminder:snooze": .reminderSnooze,
        "timer:start": .timerStart, "timer:list": .timerList, "timer:cancel": .timerCancel, "skill:time": .time,
        "skill:date": .date, "skill:arithmetic": .arithmetic, "skill:conversion": .conversion, "open": .open, "remark": .remark,
        "block": .block, "replace": .replace, "disagree": .disagree,
    ]
}
