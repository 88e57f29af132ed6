import Foundation
import LocalStore

/// What is said for its own sake, and how people feel.
extension Turn {
    func meet(_ act: SocialAct, clause: String) throws {
        switch act {
        case .greeting(let greeting): greet(back: greeting)
        case .farewell, .goodNight:
            isFarewell = true
            asksNothing = true
            say(act == .goodNight ? "social.goodNight" : "social.farewell", names, as: .social)
        case .crisis: beThere()
        case .distress:
            giveRoom()
            say("social.distress", as: .feeling)
        case .grief:
            giveRoom()
            say("social.grief", as: .feeling)
        case .goodNews: say("social.goodNews", as: .feeling)
        case .repeatThat: try repeatLast()
        case .speak(let asked): speak(asked)
        case .yes, .no, .maybe: answerOfThree(act)
        case .help, .whatCanYouDo: say("social.whatCanYouDo", as: .social)
        case .insult, .complaint:
            asksNothing = true
            say("social.\(act.name)", as: .social)
        case .joke, .story: say("social.\(act.name)", as: .social)
        default:
            if act == .howAreYou { note(rule: "asked how the companion is") }
            say("social.\(act.name)", names, as: .social)
        }
    }

    /// The name, used sparingly: in about one of four such moments.
    private var names: [String: String] {
        guard let name = person.firstName, StableHash.of("name \(state.turns)") % 4 == 0 else { return [:] }
        return ["name": name]
    }

    private func greet(back greeting: SocialAct.Greeting) {
        let isReturn = state.conversationID == message.conversationID && hasGreeted
        let id =
            switch greeting {
            case .salaam: "social.greeting.salaam"
            case .salaamReply: "social.greeting.again"
            default: isReturn ? "social.greeting.again" : "social.greeting"
            }
        say(id, names, as: .greeting)
        state.asked["greeting"] = state.turns
    }

    /// Greeted in one of the last turns of this conversation.
    private var hasGreeted: Bool { state.asked["greeting"].map { state.turns - $0 < 12 } ?? false }

    /// Thoughts of dying: always the same help, whatever else was said.
    private func beThere() {
        note(rule: "safety")
        giveRoom()
        let zone = person.timeZone.identifier
        let lines = brain.resources.lines(timeZone: zone, language: language).map { "\($0.name): \($0.number) (\($0.purpose))" }
        let advice = lines.map { $0.asSentence(language) } + [brain.resources.general(language)]
        parts.removeAll()
        say("crisis", ["resources": advice.joined(separator: " ")], as: .feeling)
    }

    private func repeatLast() throws {
        let messages = try view.messages(conversation: message.conversationID, limit: 6)
        guard let last = messages.last(where: { $0.role == .assistant && $0.id < message.id }) else {
            say("social.repeat.nothing", as: .social)
            return
        }
        note(rule: "repeated")
        asksNothing = true
        parts.append(Part(role: .answer, text: last.text))
        // What was asked is asked again with it.
        if let pending = state.pending, pending.askedInTurn == state.turns - 1 { asking = pending.question }
    }

    private func speak(_ asked: Language) {
        note(rule: "language chosen")
        asksNothing = true
        state.chosenLanguage = .init(language: asked, turn: state.turns)
        say("social.speak", as: .social)
    }

    /// A bare yes or no with nothing of ours to answer.
    private func answerOfThree(_ act: SocialAct) {
        say("social.\(act.name)", as: .remark)
    }
}

extension SocialAct {
    /// The part of a phrase id that names it.
    var name: String {
        switch self {
        case .greeting: "greeting"
        case .speak: "speak"
        default: String(describing: self)
        }
    }

    /// A courtesy that carries nothing: not worth an answer of its own beside something else.
    var isPassing: Bool {
        switch self {
        case .acknowledgement, .yes, .no, .maybe, .laughter, .fine, .welcome: true
        default: false
        }
    }
}
