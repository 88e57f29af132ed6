import ArgumentParser
import CompanionServices
import LocalStore

struct ChatCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk with the companion.",
        discussion: """
            At a terminal: a conversation with editing, history and these commands: /help /memories /forget /why /reminders \
            /language /quit. Ctrl-C stops an answer, Ctrl-D ends the conversation.

            In a pipe: every line of standard input is one utterance and every answer is one line on standard output; \
            everything else goes to standard error, reminders that come due too.

            EXAMPLES:
              companion-edge chat
              companion-edge chat "what is my sister's name?"
              printf '%s\\n' "my name is Amina" "what is my name?" | companion-edge chat
              companion-edge chat --user Amina --language ur
            """)
    static let handlesSignals = true

    @Argument(help: ArgumentHelp("Say this, print the answer and end.", valueName: "words"))
    var words: [String] = []

    @Option(help: ArgumentHelp("The language of answers: en, ur, ur-Latn, or auto.", valueName: "language"))
    var language: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let language, language != "auto", Language(rawValue: language) == nil {
            let choices = ["auto"] + Language.allCases.map(\.rawValue)
            throw ValidationError("--language is '\(language)', which is not one of \(choices.joined(separator: ", ")).")
        }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let companion = try await context.companionOrNew(shared)
        try await household.devices.markUsed(companion.store.userID)
        let language = language.map { Language(rawValue: $0) } ?? context.configuration.language
        let session = companion.mind.startConversation(channel: "terminal", language: language)
        let chat = Chat(
            context: context, companion: companion, session: session, moments: try await context.moments(companion))

        let said = words.joined(separator: " ")
        let interactive = context.terminal.inputIsTerminal && said.isEmpty
        let outcome = await ChatSupervisor(context: context, household: household, companion: companion).run { steps in
            if interactive { return try await InteractiveChat(chat: chat, steps: steps).run() }
            return try await PipedChat(chat: chat, steps: steps).run(saying: said.isEmpty ? nil : said)
        } announcing: { announcements in
            try await chat.show(announcements, interactively: interactive)
        }
        // Also after a failure: what was accepted is finished before we leave.
        let goodbye = try await session.end()
        if interactive, let goodbye { try await chat.say(goodbye.text) }
        try await household.learnName(of: companion.store.userID)
        return try outcome.get()
    }
}
