import Foundation
import LocalStore
import Synchronization

/// What models may call while they answer one turn.
///
/// A call is what a model wishes, and a model wishes what the texts it reads suggest: memories, messages and answers of other
/// tools among them. So the rules are here and not in its instructions: nothing can be deleted, exported or sent by a call, what is
/// stored has to stand in the person's own words of this turn, nothing that the person said is replaced by something else, and what is
/// named by a ``ToolWish`` has to be asked for in those words.
struct CompanionTools: ToolRunning {
    /// Longest answer to a call, in characters.
    static let answerLimit = 4_000
    static let deadline = Duration.seconds(10)

    let tools: [CompanionTool]
    private let byName: [String: CompanionTool]
    private let wishes: Set<ToolWish>
    private let deadline: Duration

    init(_ companion: Companion, turn: ToolTurn, deadline: Duration = deadline) {
        self.deadline = deadline
        wishes = turn.wishes
        let monitoring = companion.options.offersMonitoring ? Self.monitoringTools(companion) : []
        tools =
            Self.memoryTools(companion, turn) + Self.personTools(companion, turn) + Self.forgetting(companion, turn)
            + Self.reminders(companion, turn) + Self.device(companion, turn) + monitoring
        byName = Dictionary(uniqueKeysWithValues: tools.map { ($0.definition.name, $0) })
    }

    /// What may be called in this turn.
    var definitions: [ChatTool] { tools.filter(isAllowed).map(\.definition) }

    private func isAllowed(_ tool: CompanionTool) -> Bool { tool.wish.map(wishes.contains) ?? true }

    func results(of calls: [ToolCall]) async -> [String] {
        await withTaskGroup(of: (Int, String).self) { group in
            var results = calls.map { _ in "" }
            for (number, call) in calls.enumerated() where byName[call.name]?.effect != .writes {
                group.addTask { (number, await result(of: call)) }
            }
            for (number, call) in calls.enumerated() where byName[call.name]?.effect == .writes {
                results[number] = await result(of: call)
            }
            for await (number, result) in group { results[number] = result }
            return results
        }
    }

    private func result(of call: ToolCall) async -> String {
        guard let tool = byName[call.name] else {
            return Self.failure("There is no function '\(call.name.prefix(60))'. Answer without it.")
        }
        if let wish = tool.wish, !wishes.contains(wish) { return Self.failure(wish.refusal) }
        do {
            let arguments = try ToolArguments(parsing: call.arguments)
            let value = try await withDeadline(deadline, clock: ContinuousClock(), "running a tool") { () -> JSONValue in
                do {
                    return try await tool.run(arguments)
                } catch let problem as ToolArguments.Problem {
                    return ["success": false, "message": .string(problem.text)]
                }
            }
            return Self.bounded(value)
        } catch let problem as ToolArguments.Problem {
            return Self.failure(problem.text)
        } catch {
            // What exactly went wrong on the device is nothing a model could act on.
            return Self.failure("That did not work now. Answer without it, and do not say that it was done.")
        }
    }

    private static func failure(_ text: String) -> String { JSONValue.object(["success": false, "message": .string(text)]).text }

    private static func bounded(_ value: JSONValue) -> String {
        let text = value.text
        guard text.count > answerLimit else { return text }
        return failure("The answer is too long. Ask for less.")
    }
}

/// What tools have to know of the turn they are called in.
struct ToolTurn: Sendable {
    /// The person's words.
    let said: String
    let messageID: String
    let language: Language
    /// That of the person's words.
    var spoken = Language.english
    var now = Timestamp(milliseconds: 0)
    var timeZone = TimeZone.gmt
    /// What the person asks for, of what only they can ask for.
    var wishes: Set<ToolWish> = []
    let questions = ToolQuestions()
    /// Whether the person told something, rather than only asked.
    let isTelling: Bool
}

/// Lets something happen once.
final class Once: Sendable {
    private let isUsed = Atomic<Bool>(false)

    func take() -> Bool { !isUsed.exchange(true, ordering: .acquiringAndReleasing) }
}
