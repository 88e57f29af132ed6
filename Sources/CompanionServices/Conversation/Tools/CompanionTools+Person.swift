import LocalStore

extension CompanionTools {
    static func personTools(_ companion: Companion, _ turn: ToolTurn) -> [CompanionTool] {
        [
            createProfile(companion, turn), profile(companion), gender(companion), everything(companion), state(companion),
            updateState(companion),
        ]
    }

    private static func createProfile(_ companion: Companion, _ turn: ToolTurn) -> CompanionTool {
        CompanionTool(
            "createUserProfile", .writes,
            parameters: [("profile_input", ["type": "string", "description": "What the person said about themselves."])],
            purpose: "Brings the short portrait of the person up to date."
        ) { arguments in
            let input = try arguments.string("profile_input")
            guard turn.isTelling, MemoryWriteGate.stands(input, in: turn.said) else {
                return ["success": false, "message": "Only what the person said just now goes into the portrait."]
            }
            let existing = try await companion.profiles.profile()
            let text = await companion.profiles.generateProfile(input: input, existing: existing)
            guard !text.isEmpty, text != existing else {
                return ["success": false, "message": "There is nothing new in that for the portrait."]
            }
            let saved = try await companion.profiles.saveProfile(text, origin: .written)
            return ["success": .bool(saved), "message": .string(saved ? "The portrait is up to date." : "It said so already.")]
        }
    }

    private static func profile(_ companion: Companion) -> CompanionTool {
        CompanionTool("getUserProfile", .reads, parameters: [], purpose: "Reads the short portrait of the person.") { _ in
            let text = try await companion.profiles.profile()
            return [
                "profile": text.isEmpty ? .null : .string(text),
                "message": .string(text.isEmpty ? "There is no portrait yet." : "This is the portrait."),
            ]
        }
    }

    private static func gender(_ companion: Companion) -> CompanionTool {
        CompanionTool(
            "getUserGender", .reads, parameters: [], purpose: "Reads how to speak of and to the person, where it was told."
        ) { _ in
            let (stored, told) = try await companion.store.read { view in
                (
                    try view.memory(category: .fact, key: "gender")?.value,
                    try view.memory(category: .preference, key: "pronouns")?.value
                )
            }
            return [
                "gender": stored.map(JSONValue.string) ?? .null, "pronouns": .string(told ?? "آپ/تم"),
                "message": .string(stored == nil ? "It was not told." : "So it was told."),
            ]
        }
    }

    private static func everything(_ companion: Companion) -> CompanionTool {
        let categories = Array(MemoryCategory.known.prefix(8))
        return CompanionTool(
            "getCompleteUserInfo", .reads, parameters: [],
            purpose: "Reads all that is known about the person; only when they ask what you know of them."
        ) { _ in
            let context = await companion.context.context()
            let state = try await companion.states.state()
            let memories = try await companion.batcher.bulkMemorySearch(
                user: companion.store.userID, categories: categories, perCategory: 5)
            var byCategory: [String: JSONValue] = [:]
            for category in categories {
                byCategory[category.rawValue] = .array(
                    (memories[category] ?? []).map { .string($0.value.cut(toWords: 80, ellipsis: "…")) })
            }
            return [
                "user_name": context.userName.map(JSONValue.string) ?? .null,
                "profile": context.userProfile.isEmpty ? .null : .string(context.userProfile.cut(toWords: 400, ellipsis: "…")),
                "conversation_stage": .string(state.stage.rawValue), "trust_score": .double(state.trustScore),
                "memories_by_category": .object(byCategory),
                "total_memories": .int(Int64(memories.values.reduce(0) { $0 + $1.count })),
                "message": "This is what is known.",
            ]
        }
    }

    private static func state(_ companion: Companion) -> CompanionTool {
        CompanionTool("getUserState", .reads, parameters: [], purpose: "Reads how well you know each other.") { _ in
            let state = try await companion.states.state()
            return [
                "stage": .string(state.stage.rawValue), "trust_score": .double(state.trustScore),
                "last_updated": state.lastUpdated.map { .string($0.iso8601) } ?? .null, "metadata": .object(state.metadata),
                "stage_history": .array(
                    state.stageHistory.suffix(10).map {
                        [
                            "from": .string($0.from), "to": .string($0.to), "timestamp": .string($0.timestamp.iso8601),
                            "trust_score": .double($0.trustScore),
                        ]
                    }),
                "message": "This is where you stand.",
            ]
        }
    }

    /// A model may say how it sees things; how fast closeness grows is not its to decide.
    private static func updateState(_ companion: Companion) -> CompanionTool {
        let once = Once()
        return CompanionTool(
            "updateUserState", .writes,
            parameters: [
                (
                    "stage",
                    [
                        "type": "string",
                        "enum": .array(ConversationStage.allCases.map { .string($0.rawValue) }),
                        "description": "At most one step from where you are.",
                    ]
                ),
                ("trust_score", ["type": "number", "description": "0 to 10; moves by at most half a point."]),
            ],
            purpose: "Notes how well you know each other now."
        ) { arguments in
            let wish = ConversationStage(rawValue: try arguments.string("stage").uppercased())
            let trust = try arguments.number("trust_score")
            guard let wish else { return ["success": false, "message": "There is no such stage."] }
            let old = try await companion.states.state()
            let stages = ConversationStage.allCases
            guard let from = stages.firstIndex(of: old.stage), let to = stages.firstIndex(of: wish), abs(from - to) <= 1 else {
                return [
                    "success": false, "stage": .string(old.stage.rawValue), "trust_score": .double(old.trustScore),
                    "message": "Only one step at a time.",
                ]
            }
            guard once.take() else {
                return [
                    "success": false, "stage": .string(old.stage.rawValue), "trust_score": .double(old.trustScore),
                    "message": "That was noted in this turn already.",
                ]
            }
            let allowed = min(max(trust, old.trustScore - 0.5), old.trustScore + 0.5)
            let new = try await companion.states.updateState(stage: wish.rawValue, trust: allowed)
            return [
                "success": true, "stage": .string(new.stage.rawValue), "trust_score": .double(new.trustScore),
                "message": "Noted.",
            ]
        }
    }
}
