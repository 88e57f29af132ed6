import LocalStore
import SyncEngine

/// How far a sync is, on a terminal's standard error, until it is over.
struct SyncProgressLine {
    let context: CommandContext

    init(_ context: CommandContext) {
        self.context = context
    }

    /// Runs `body` with a function to call after each step.
    func showing<Value: Sendable>(
        _ body: @escaping @Sendable (@escaping @Sendable (SyncStatus) -> Void) async throws -> Value
    ) async throws -> Value {
        guard context.terminal.errorsAreTerminal else { return try await body { _ in } }
        let (steps, step) = AsyncStream.makeStream(of: SyncStatus.self, bufferingPolicy: .bufferingNewest(1))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [errors = context.errors] in
                var shown = ""
                for await status in steps where Self.words(status) != shown {
                    shown = Self.words(status)
                    try await errors.write("\r\u{1B}[K\(shown)")
                }
                try await errors.write("\r\u{1B}[K")
            }
            defer { group.cancelAll() }
            let value = try await body { step.yield($0) }
            step.finish()
            try await group.waitForAll()
            return value
        }
    }

    static func words(_ status: SyncStatus) -> String {
        let pending = status.tables?.pending ?? 0
        let part = status.progress.map { $0 < 1 ? " \(bar($0)) \(Int($0 * 100)) %" : "" } ?? ""
        return switch status.phase {
        case .sending: "sending, \(pending) wait"
        case .fetching, .storing: "receiving\(part.isEmpty ? ", \(status.counters.rowsReceived) rows" : part)"
        case .renewing: "renewing the session"
        case .waiting: "waiting for the project"
        case .blocked: "stopped"
        case .starting, .resting: "looking"
        }
    }

    private static func bar(_ part: Double) -> String {
        let filled = min(20, Int(part * 20))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled) + "]"
    }
}
