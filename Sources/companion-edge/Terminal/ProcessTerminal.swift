import Foundation

extension TerminalFacts {
    /// What the standard streams of this process are.
    static func ofThisProcess(environment: [String: String], allowsColour: Bool) -> TerminalFacts {
        let outputIsTerminal = isatty(STDOUT_FILENO) == 1
        var size = winsize()
        let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let columns = known ? Int(size.ws_col) : environment["COLUMNS"].flatMap(Int.init) ?? 80
        return TerminalFacts(
            inputIsTerminal: isatty(STDIN_FILENO) == 1 && outputIsTerminal,
            outputIsTerminal: outputIsTerminal,
            errorsAreTerminal: isatty(STDERR_FILENO) == 1,
            colour: outputIsTerminal && allowsColour && environment["TERM"] != "dumb",
            width: min(max(columns, 20), 1000))
    }
}

/// Standard input of this process: bytes as they come, lines with editing when somebody types them.
struct ProcessInput: CommandInput {
    private let reader: FileDescriptorReader
    private let editor: LineEditor?
    private let output: any CommandOutput

    init(reader: FileDescriptorReader, editor: LineEditor?, output: any CommandOutput) {
        self.reader = reader
        self.editor = editor
        self.output = output
    }

    func read() async throws -> [UInt8]? { try await reader.read() }

    func line(prompt: String) async throws -> TypedLine {
        guard let editor else { return .end }
        return try await editor.line(prompt: prompt)
    }

    func secret(prompt: String) async throws -> TypedLine {
        try await output.write(prompt)
        let echo = TerminalEcho.off(STDIN_FILENO)
        defer { echo?.restore() }
        let bytes = try await reader.read()
        // The newline that was typed was not shown.
        try await output.writeLine()
        guard let bytes, !Task.isCancelled else { return .end }
        // A terminal hands over one line at a time.
        return .line(String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self))
    }

    func recall(_ lines: [String]) async throws {
        try await editor?.recall(lines)
    }

    func interject(_ text: String) async throws {
        if let editor, editor.isEditing {
            editor.interject(text)
        } else {
            try await output.writeLine(text)
        }
    }
}
