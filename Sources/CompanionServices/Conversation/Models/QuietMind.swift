import LocalStore

/// Models at work on one person's behalf while nobody waits: within the day's budget, and only where models are.
struct QuietMind: Sendable {
    /// How long to wait when nobody can be asked, in seconds.
    private static let patience = 300.0
    /// After so many answers that could not be used the device's own result has to do.
    private static let attempts = 3

    let store: PersonStore
    let ladder: LanguageLadder
    let budget: DailyBudget

    /// What came of a question, with what it cost.
    struct Answer<Value: Sendable>: Sendable {
        /// Nil when there are no models, or they were asked often enough and none gave anything that can be used.
        let value: Value?
        let uses: [RungUse]
    }

    /// Asks for a job. Throws ``PostponedJob`` while nobody can be asked, and ``UnusableAnswer`` while it may be tried again; what that
    /// cost is counted. What an ``Answer`` cost has to be counted with its effects.
    func ask<Value: Sendable>(
        _ request: ChatRequest, for job: BackgroundJob, accept: @Sendable (String) throws(LanguageModelError) -> Value
    ) async throws -> Answer<Value> {
        let (budget, now) = (budget, store.clock.now())
        let overdraft = try await store.read { budget.overdraft(try budget.spending($0, at: now)) }
        let plan = await ladder.plan(overdraft: overdraft)
        guard !plan.isEmpty else {
            // Where nobody is expected, nobody is waited for.
            guard !plan.skipped.isEmpty else { return Answer(value: nil, uses: []) }
            throw PostponedJob(seconds: Self.patience, reason: "no model can be asked now")
        }
        let (value, uses) = await ladder.quietly(request, plan: plan, accept: accept)
        if let value { return Answer(value: value, uses: uses) }
        if !Task.isCancelled, job.attempts + 1 >= Self.attempts { return Answer(value: nil, uses: uses) }
        // What was asked has cost something, although it was broken off.
        let store = store
        let counting = Task { try await store.write { try budget.note(uses, in: $0) } }
        try await counting.value
        try Task.checkCancellation()
        throw UnusableAnswer(why: uses.compactMap(\.why).joined(separator: ", "))
    }
}

/// No model gave anything that can be used.
struct UnusableAnswer: Error, CustomStringConvertible {
    let why: String

    var description: String { "no model gave anything that can be used: \(why)" }
}

extension JSONValue {
    /// The object in a model's answer, with or without words or marks around it.
    static func object(inAnswer text: String) throws(LanguageModelError) -> [String: JSONValue] {
        guard let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), start < end,
            let object = (try? JSONValue(parsing: String(text[start...end])))?.objectValue
        else { throw .malformed("it is no JSON object") }
        return object
    }
}

extension AnswerGate {
    /// The text on one line, in the right script, and not too long. Throws otherwise.
    static func checked(_ text: String, in language: Language, words most: Int) throws(LanguageModelError) -> String {
        var gate = AnswerGate(language: language, said: "")
        let checked = try gate.add(text) + gate.finish()
        guard checked.contains(where: \.isLetter) else { throw .empty }
        guard checked.split(separator: " ").count <= most else { throw .malformed("it is too long") }
        return checked
    }
}

/// Whether a text says only what its source says, as far as that can be told without understanding either.
enum Grounding {
    /// No number and no name that is not there.
    static func holds(_ text: String, in source: String) -> Bool {
        let known = Set(TextNormalizer.tokens(source))
        for number in TextNormalizer.tokens(text) where number.contains(where: \.isNumber) && !known.contains(number) {
            return false
        }
        var isSentenceStart = true
        for word in text.split(separator: " ") {
            let isName = word.first { $0.isLetter }?.isUppercase ?? false
            if isName, !isSentenceStart, !TextNormalizer.tokens(String(word)).allSatisfy(known.contains) { return false }
            isSentenceStart = word.last.map { ".!?۔؟:".contains($0) } ?? false
        }
        return true
    }
}
