import LocalStore
import Synchronization

extension CompanionTools {
    /// Forgets nothing: it makes the device ask the person, in its own words, and their answer is what counts.
    static func forgetting(_ companion: Companion, _ turn: ToolTurn) -> [CompanionTool] {
        [
            CompanionTool(
                "forgetMemory", .writes, only: .forget, parameters: [("category", categorySchema), ("key", keySchema)],
                purpose: "Makes the device ask whether one remembered thing shall be forgotten."
            ) { arguments in
                let category = MemoryCategory(rawValue: try arguments.string("category").uppercased())
                let memory = try await companion.memories.memory(category: category, key: try arguments.string("key"))
                func answer(_ isAsked: Bool, _ message: String) -> JSONValue {
                    ["success": .bool(isAsked), "asked": .bool(isAsked), "message": .string(message)]
                }
                guard let memory else { return answer(false, "Nothing is remembered under that.") }
                guard MemoryWriteGate.isSpokenOf(memory.key.replacing("_", with: " ") + " " + memory.value, in: turn.said) else {
                    return answer(false, "The person did not speak of that just now.")
                }
                guard turn.questions.ask(toForget: memory) else { return answer(false, "The device asks about enough already.") }
                return answer(
                    true,
                    "Nothing is forgotten yet: the device itself asks the person after your answer. Do not say that it is forgotten, "
                        + "and ask nothing.")
            }
        ]
    }
}

/// What the device has to ask the person after a model's answer, because the model wishes it.
final class ToolQuestions: Sendable {
    private static let most = 3

    private let memories = Mutex<[Memory]>([])

    /// What is to be asked about, in the order of the calls.
    var toForget: [Memory] { memories.withLock { $0 } }

    /// False when there is no room.
    func ask(toForget memory: Memory) -> Bool {
        memories.withLock { memories in
            if memories.contains(where: { $0.id == memory.id }) { return true }
            guard memories.count < Self.most else { return false }
            memories.append(memory)
            return true
        }
    }
}
