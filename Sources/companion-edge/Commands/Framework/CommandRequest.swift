/// One command as a client hands it over: everything of the caller's surroundings that may change what the command prints.
struct CommandRequest: Sendable, Hashable, Codable {
    /// The command line without the program's name.
    var arguments: [String]
    /// Absolute path.
    var workingDirectory: String
    var terminal: TerminalFacts
    /// The caller's own values of those settings that belong to the person and not to the device (see
    /// `ConfigurationKey.isPersonal`), by name, such as `COMPANION_USER`; they win over the daemon's.
    var settings: [String: String]

    init(arguments: [String], workingDirectory: String, terminal: TerminalFacts, settings: [String: String] = [:]) {
        self.arguments = arguments
        self.workingDirectory = workingDirectory
        self.terminal = terminal
        self.settings = settings
    }
}

/// What the three standard streams of the caller are.
struct TerminalFacts: Sendable, Hashable, Codable {
    /// Whether somebody types at standard input.
    var inputIsTerminal: Bool
    var outputIsTerminal: Bool
    var errorsAreTerminal: Bool
    /// Whether standard output may carry colours: a terminal, not `dumb`, and no `NO_COLOR`.
    var colour: Bool
    /// Columns; 80 when nobody knows.
    var width: Int

    init(inputIsTerminal: Bool, outputIsTerminal: Bool, errorsAreTerminal: Bool, colour: Bool, width: Int) {
        self.inputIsTerminal = inputIsTerminal
        self.outputIsTerminal = outputIsTerminal
        self.errorsAreTerminal = errorsAreTerminal
        self.colour = colour
        self.width = width
    }

    /// No terminal anywhere: pipes and files.
    static let none = TerminalFacts(
        inputIsTerminal: false, outputIsTerminal: false, errorsAreTerminal: false, colour: false, width: 80)
}
