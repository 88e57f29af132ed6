import LocalStore

extension Understanding {
    static let safety = "safety"

    /// Why such words are for this device alone, whatever comes of them; nil when they may go to a service.
    var ownReason: String? {
        if acts.contains(.social(.crisis)) { return Self.safety }
        for act in acts {
            switch act {
            case .forget, .undo, .retraction: return "something to forget"
            case .reminder: return "a reminder"
            case .timer: return "a timer"
            case .skill: return "a computation"
            case .social(.speak), .social(.repeatThat): return "a wish about how to speak"
            case .statement, .correction, .question, .social, .openQuestion, .remark: break
            }
        }
        return nil
    }

    /// Whether all of it is asked about things that are known by name, so that nothing has to be searched for.
    func isAnsweredByName(_ view: StoreView) throws -> Bool {
        try !acts.isEmpty
            && acts.allSatisfy { act in
                guard case .question(let question) = act else { return false }
                return try question.slots.contains { slot in
                    try !view.memories(category: slot.category, keyPattern: slot.key, limit: 1).isEmpty
                }
            }
    }
}

/// Whether the companion's own mind answers, or hands the words to a better one.
extension Turn {
    /// Why this turn is answered here and by nobody else; nil when a model may do it better.
    ///
    /// What the device does itself, it also says itself: an answer about a reminder, a sum, a memory or something forgotten has to
    /// be exact, and such words need not leave the house. A question of ours that is waited for must have been asked in our words.
    var ownReason: String? {
        if understanding.acts.contains(.social(.crisis)) { return Understanding.safety }
        if isFarewell { return "a goodbye" }
        switch asking {
        case .forgetAll, .forgetThese, .forgetWhich, .confirm, .reminderTime, .reminderText, .cancelWhich, .timerLength:
            return "it had to ask back"
        case .slot, .plan, .open, nil: break
        }
        if let rule = rules.first(where: Self.ownRules.contains) { return rule }
        return understanding.ownReason
    }

    /// Says once a day, where a model would have been asked, why the cloud's is not.
    func budgetNotice(_ budget: DailyBudget?) throws -> String? {
        guard let budget, ownReason == nil, try budget.mustBeSaid(view, at: now) else { return nil }
        note(rule: "said that the day's budget is spent")
        return speaker.say("models.spent")?.asSentence(language)
    }

    /// What was done by these is answered from the store itself.
    private static let ownRules: Set<String> = [
        "answered from memory", "answered yes or no from memory", "told what is known", "told what was said",
        "quoted what was said",
        "computed", "listed kept questions", "repeated", "agreed", "left as it is", "reminder completed", "timer completed",
    ]
}
