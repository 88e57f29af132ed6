import Foundation
import LocalStore

/// What a turn starts from: where the dialogue stands and who is known.
struct Bearings: Sendable {
    let state: DialogueState
    let people: PeopleBook
    let person: PersonFacts
    private let mark: WriteMark

    init(_ view: StoreView, rules: DialogueRules, states: DialogueStates, defaultZone: TimeZone) throws {
        mark = try view.writeMark()
        state = try states.load(view)
        people = try PeopleBook(view, rules: rules)
        person = try PersonFacts(view, defaultZone: defaultZone)
    }

    /// Read anew only if something was written since.
    func current(_ view: StoreView, rules: DialogueRules, states: DialogueStates, defaultZone: TimeZone) throws -> Bearings {
        try view.writeMark() == mark ? self : Bearings(view, rules: rules, states: states, defaultZone: defaultZone)
    }
}
