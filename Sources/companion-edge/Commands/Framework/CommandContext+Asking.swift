extension CommandContext {
    /// Asks for a yes. Where nobody types, the answer must have been given as a flag.
    func confirm(_ question: String) async throws -> Bool {
        guard terminal.inputIsTerminal else {
            throw CommandFailure(.usage, "This needs a confirmation, and nobody is there to ask.", advice: "Add --yes.")
        }
        switch try await input.line(prompt: question) {
        case .line(let answer): return ["y", "yes", "haan", "ہاں", "جی"].contains(answer.lowercased())
        case .interrupted, .end: return false
        }
    }

    /// Asks for one line; an empty one is `nil`. Ctrl-C and Ctrl-D give the whole command up.
    func ask(_ prompt: String) async throws -> String? {
        switch try await input.line(prompt: prompt) {
        case .line(let answer):
            let cleaned = PrintableText.oneLine(answer)
            return cleaned.isEmpty ? nil : cleaned
        case .interrupted, .end:
            // The prompt is left standing; what follows begins a line of its own.
            try await output.writeLine()
            throw CommandFailure(.interrupted, "Stopped; nothing was saved.")
        }
    }

    /// All of standard input, at most `limit` bytes.
    func readAll(limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await input.read() {
            bytes += piece
            guard bytes.count <= limit else {
                throw CommandFailure(.data, "The input is larger than \(limit / 1024) KiB.")
            }
        }
        return bytes
    }
}
