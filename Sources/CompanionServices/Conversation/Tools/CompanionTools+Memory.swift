import LocalStore

extension CompanionTools {
    private static let categories = MemoryCategory.known.prefix(9).map(\.rawValue)

    static let categorySchema: JSONValue = [
        "type": "string", "enum": .array(categories.map(JSONValue.string)), "description": "What kind of thing it is.",
    ]
    static let keySchema: JSONValue = [
        "type": "string",
        "description": "An English name in snake_case, such as name, sister_name, favorite_food; the same again to change it.",
    ]

    static func memoryTools(_ companion: Companion, _ turn: ToolTurn) -> [CompanionTool] {
        [store(companion, turn), retrieve(companion), search(companion)]
    }

    private static func store(_ companion: Companion, _ turn: ToolTurn) -> CompanionTool {
        CompanionTool(
            "storeInMemory", .writes,
            parameters: [
                ("category", categorySchema), ("key", keySchema),
                ("value", ["type": "string", "description": "What the person said of it, in their own words and script."]),
            ],
            purpose: "Remembers one thing that the person has just said about themselves or their people."
        ) { arguments in
            let input: MemoryInput
            do {
                input = try MemoryInput(
                    category: try arguments.string("category"), key: try arguments.string("key"),
                    value: try arguments.string("value"))
            } catch let error as MemoryInputError {
                return ["success": false, "message": .string("\(error)")]
            }
            let provenance = Provenance(
                source: .tool, messageID: turn.messageID, confidence: 0.7, language: turn.language.rawValue)
            return try await companion.store.write { transaction in
                let standing = try transaction.view.memory(category: input.category, key: input.key.text)
                if let refusal = MemoryWriteGate.refusal(of: input, standing: standing, turn: turn) {
                    return ["success": false, "message": .string(refusal)]
                }
                _ = try transaction.ensureProfile()
                let write = try transaction.saveMemory(input, provenance: provenance)
                if write.isChange { try transaction.enqueueProfileRewrite() }
                return ["success": true, "message": .string("Stored: [\(input.category.rawValue)] \(input.key.text)")]
            }
        }
    }

    private static func retrieve(_ companion: Companion) -> CompanionTool {
        CompanionTool(
            "retrieveFromMemory", .reads, parameters: [("category", categorySchema), ("key", keySchema)],
            purpose: "Reads one remembered thing by its category and key."
        ) { arguments in
            let category = MemoryCategory(rawValue: try arguments.string("category").uppercased())
            let value = try await companion.memories.getMemory(category: category, key: try arguments.string("key"))
            return ["value": .string(value ?? ""), "found": .bool(value != nil)]
        }
    }

    private static func search(_ companion: Companion) -> CompanionTool {
        CompanionTool(
            "searchMemories", .reads,
            parameters: [
                ("query", ["type": "string", "description": "What to look for, in any language."]),
                ("limit", ["type": "integer", "description": "At most so many, 1 to 20; 5 is usual."]),
            ],
            purpose: "Searches what is remembered by meaning."
        ) { arguments in
            let query = try arguments.string("query")
            let limit = try arguments.integer("limit", in: 1...20, default: 5)
            let found = try await companion.retrieval.searchMemories(query, topK: limit)
            return [
                "memories": .array(
                    found.map { hit in
                        [
                            "text": .string(hit.text), "category": .string(hit.category ?? ""),
                            "similarity": .double(rounded(hit.similarity)), "relevance_score": .double(rounded(hit.finalScore)),
                            "is_recent": .bool(hit.isRecent),
                        ]
                    }),
                "count": .int(Int64(found.count)),
                "message": .string(found.isEmpty ? "Nothing is remembered about that." : "Found \(found.count)."),
            ]
        }
    }

    private static func rounded(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }
}
