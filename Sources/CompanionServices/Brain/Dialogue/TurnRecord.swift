import LocalStore

/// What is kept with the two messages of a turn: what was understood, and why the answer was what it was.
enum TurnRecord {
    // MARK: The person's message

    static func details(of understanding: Understanding) -> [String: JSONValue] {
        var details: [String: JSONValue] = [
            "acts": .array(
                understanding.clauses.map { clause in
                    var act: [String: JSONValue] = ["act": .string(name(of: clause.act)), "text": .string(clause.text)]
                    act["pattern"] = clause.pattern.map(JSONValue.string)
                    return .object(act)
                })
        ]
        var due: [String: JSONValue] = [:]
        for case .statement(let fact) in understanding.acts { add(fact, to: &due) }
        for case .correction(let fact) in understanding.acts { add(fact, to: &due) }
        if !due.isEmpty { details["times"] = .object(due) }
        return details
    }

    private static func add(_ fact: ExtractedFact, to due: inout [String: JSONValue]) {
        guard let time = fact.time else { return }
        due["\(fact.category.rawValue)/\(fact.key)"] = [
            "start": .string(time.start.iso8601), "end": .string(time.end.iso8601), "precision": .string(time.precision.rawValue),
            "words": .string(time.words),
        ]
    }

    static func due(of slot: MemorySlot, in details: [String: JSONValue]) -> TimeReference? {
        guard let fields = details["times"]?.objectValue?["\(slot.category.rawValue)/\(slot.key)"]?.objectValue,
            let start = fields["start"]?.stringValue.flatMap(Timestamp.init(iso8601:)),
            let end = fields["end"]?.stringValue.flatMap(Timestamp.init(iso8601:)),
            let precision = fields["precision"]?.stringValue.flatMap(TimeReference.Precision.init(rawValue:))
        else { return nil }
        return TimeReference(start: start, end: end, precision: precision, words: fields["words"]?.stringValue ?? "")
    }

    /// Names of the acts of a stored message; empty for one that another program stored.
    static func acts(in details: [String: JSONValue]) -> [Explanation.Act] {
        (details["acts"]?.arrayValue ?? []).compactMap(\.objectValue).map { act in
            Explanation.Act(
                name: act["act"]?.stringValue ?? "", text: act["text"]?.stringValue ?? "", pattern: act["pattern"]?.stringValue)
        }
    }

    static func name(of act: SpeechAct) -> String {
        switch act {
        case .statement: "statement"
        case .correction: "correction"
        case .retraction: "retraction"
        case .question: "question"
        case .forget: "forget"
        case .undo: "undo"
        case .reminder: "reminder"
        case .timer: "timer"
        case .skill: "skill"
        case .social: "social"
        case .openQuestion: "open-question"
        case .remark: "remark"
        }
    }

    // MARK: The companion's message

    static func details(of turn: Turn) -> [String: JSONValue] {
        var details: [String: JSONValue] = [
            "answers": .string(turn.message.id), "rules": .array((turn.rules + turn.speaker.said).map(JSONValue.string)),
        ]
        if !turn.usedMemories.isEmpty {
            details["memories"] = .array(
                turn.usedMemories.prefix(20).map { memory in
                    var fields: [String: JSONValue] = [
                        "category": .string(memory.category.rawValue), "key": .string(memory.key),
                        "date": .string(memory.updatedAt.iso8601),
                    ]
                    fields["message"] = memory.provenance.messageID.map(JSONValue.string)
                    return .object(fields)
                })
        }
        if !turn.found.isEmpty {
            details["found"] = .array(
                turn.found.prefix(5).map { hit in
                    var fields: [String: JSONValue] = [
                        "score": .double((hit.finalScore * 1000).rounded() / 1000),
                        "words": .array((hit.reason.words + hit.reason.relatedWords).map(JSONValue.string)),
                        "date": .string(hit.reason.date.iso8601),
                    ]
                    fields["meaning"] = hit.reason.meaning.map { .double(($0 * 10).rounded() / 10) }
                    switch hit.item {
                    case .memory(let memory):
                        fields["category"] = .string(memory.category.rawValue)
                        fields["key"] = .string(memory.key)
                    case .message(let message): fields["message"] = .string(message.id)
                    }
                    return .object(fields)
                })
        }
        return details
    }

    /// Who was asked for the answer, and what came of it.
    static func route(_ uses: [RungUse]) -> JSONValue {
        .array(
            uses.map { use in
                var fields: [String: JSONValue] = ["rung": .string(use.rung), "outcome": .string(use.outcome.rawValue)]
                fields["model"] = use.model.map(JSONValue.string)
                fields["why"] = use.why.map(JSONValue.string)
                fields["first_words_ms"] = use.firstWords.map { .int(Int64($0)) }
                fields["took_ms"] = use.took.map { .int(Int64($0)) }
                if let usage = use.usage {
                    fields["prompt_tokens"] = .int(Int64(usage.prompt))
                    fields["answer_tokens"] = .int(Int64(usage.answer))
                    fields["cached_tokens"] = .int(Int64(usage.cached))
                    if usage.isEstimated { fields["tokens_estimated"] = true }
                }
                return .object(fields)
            })
    }

    /// Whether a model was asked for this answer.
    static func wasAskedOfModels(_ details: [String: JSONValue]) -> Bool {
        route(in: details).contains { $0.rung != RungUse.floor && $0.outcome != .skipped }
    }

    private static func route(in details: [String: JSONValue]) -> [RungUse] {
        (details["route"]?.arrayValue ?? []).compactMap(\.objectValue).compactMap { fields in
            // What a newer program noted is left out rather than misread.
            guard let outcome = fields["outcome"]?.stringValue.flatMap(RungUse.Outcome.init(rawValue:)) else { return nil }
            func number(_ name: String) -> Int? { fields[name]?.intValue.map { Int(clamping: $0) } }
            let usage = number("prompt_tokens").map {
                TokenUsage(
                    prompt: $0, answer: number("answer_tokens") ?? 0, cached: number("cached_tokens") ?? 0,
                    isEstimated: fields["tokens_estimated"]?.boolValue ?? false)
            }
            return RungUse(
                rung: fields["rung"]?.stringValue ?? "", model: fields["model"]?.stringValue, outcome: outcome,
                why: fields["why"]?.stringValue, firstWords: number("first_words_ms"), took: number("took_ms"), usage: usage)
        }
    }

    // MARK: Explaining

    static func explanation(of answer: Message, _ view: StoreView) throws -> Explanation {
        let said = try answer.details["answers"]?.stringValue.flatMap { try view.message(id: $0) }
        let memories = try (answer.details["memories"]?.arrayValue ?? []).compactMap(\.objectValue).map { fields in
            let category = MemoryCategory(rawValue: fields["category"]?.stringValue ?? "")
            let key = fields["key"]?.stringValue ?? ""
            let source = fields["message"]?.stringValue
            return Explanation.UsedMemory(
                category: category, key: key, value: try view.memory(category: category, key: key)?.value,
                said: try source.flatMap { try view.message(id: $0) }?.text, messageID: source,
                date: fields["date"]?.stringValue.flatMap(Timestamp.init(iso8601:)))
        }
        let found = try (answer.details["found"]?.arrayValue ?? []).compactMap(\.objectValue).compactMap { fields in
            try self.found(fields, view)
        }
        let speech = try view.speechTrail(of: answer.id)
        return Explanation(
            utterance: said?.text, reply: answer.text, acts: said.map { acts(in: $0.details) } ?? [],
            rules: (answer.details["rules"]?.arrayValue ?? []).compactMap(\.stringValue), memories: memories, found: found,
            route: route(in: answer.details), heard: speech?.heard ?? [], spoken: speech?.spoken ?? [])
    }

    /// Nil when it is gone.
    private static func found(_ fields: [String: JSONValue], _ view: StoreView) throws -> Explanation.Found? {
        let text: String?
        let kind: String
        if let id = fields["message"]?.stringValue {
            text = try view.message(id: id)?.text
            kind = "message"
        } else {
            let category = MemoryCategory(rawValue: fields["category"]?.stringValue ?? "")
            text = try view.memory(category: category, key: fields["key"]?.stringValue ?? "")?.value
            kind = "memory"
        }
        guard let text else { return nil }
        return Explanation.Found(
            kind: kind, text: text, score: fields["score"]?.doubleValue ?? 0,
            words: (fields["words"]?.arrayValue ?? []).compactMap(\.stringValue), meaning: fields["meaning"]?.doubleValue,
            date: fields["date"]?.stringValue.flatMap(Timestamp.init(iso8601:)))
    }
}
