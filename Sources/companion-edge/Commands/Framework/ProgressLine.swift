/// How far long work is, on a terminal's standard error only, and not more often than anybody can see.
struct ProgressLine {
    private let context: CommandContext
    /// In the unit of `add`; `nil` when nobody knows.
    private let total: Int64?
    private var done: Int64 = 0
    private var shown = ""

    init(_ context: CommandContext, total: Int64? = nil) {
        self.context = context
        self.total = total
    }

    mutating func add(_ count: Int64) async throws {
        done += count
        guard context.terminal.errorsAreTerminal else { return }
        let text =
            if let total, total > 0 { "\(min(100, done * 100 / total)) %" } else { "\(done / 1000 * 1000) …" }
        guard text != shown else { return }
        shown = text
        try await context.errors.write("\r\u{1B}[K\(text)")
    }

    /// Takes the line away; on a terminal `summary` takes its place.
    func finish(_ summary: String) async throws {
        guard context.terminal.errorsAreTerminal else { return }
        try await context.errors.write("\r\u{1B}[K\(summary)\n")
    }
}
