import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

struct OnboardCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "onboard",
        abstract: "Tell the companion who you are.",
        discussion: """
            Asks a few questions; all may be left empty. For scripts the answers are given as options or as a JSON file with \
            any of full_name, gender, occupation, interests (a list or one text with commas).

            EXAMPLES:
              companion-edge onboard
              companion-edge onboard --name "Amina Khan" --occupation teacher --interests "poetry, tea"
              echo '{"full_name": "Amina Khan", "interests": ["poetry"]}' | companion-edge onboard --json -
            """)

    @Option(help: ArgumentHelp("Full name.", valueName: "text"))
    var name: String?

    @Option(help: ArgumentHelp("Gender, in any words; never guessed.", valueName: "text"))
    var gender: String?

    @Option(help: ArgumentHelp("What you do.", valueName: "text"))
    var occupation: String?

    @Option(help: ArgumentHelp("What you like, separated by commas.", valueName: "text"))
    var interests: String?

    @Option(help: ArgumentHelp("Read the answers from a JSON file; - is standard input.", valueName: "file"))
    var json: String?

    @OptionGroup var shared: SharedOptions

    var files: CommandFiles { CommandFiles(input: json) }

    private var hasOptions: Bool { name != nil || gender != nil || occupation != nil || interests != nil }

    func validate() throws {
        if json != nil && hasOptions { throw ValidationError("Give the answers as options or with --json, not both.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let answers = try await answers(context)
        guard answers.fullName != nil || answers.gender != nil || answers.occupation != nil || answers.interests?.isEmpty == false
        else {
            throw CommandFailure(.data, "Nothing was answered; nothing was saved.")
        }
        let companion = try await context.companionOrNew(shared)
        let result = try await companion.onboarding.completeOnboarding(answers)
        let household = try await context.households.household()
        try await household.learnName(of: companion.store.userID)
        let greeting = result.details.fullName.map { "Nice to meet you, \(PrintableText.oneLine($0))." } ?? "Thank you."
        try await context.output.writeLine("\(greeting) \(Self.remembered(result.memories.count))")
        return .ok
    }

    private static func remembered(_ count: Int) -> String {
        switch count {
        case 0: "There was nothing new to remember."
        case 1: "I will remember it."
        default: "I will remember these \(count) things."
        }
    }

    private func answers(_ context: CommandContext) async throws -> OnboardingAnswers {
        if json != nil { return try OnboardingFile(await context.readAll(limit: 64 * 1024)).answers() }
        if hasOptions {
            return try OnboardingAnswers(
                fullName: name, gender: gender, occupation: occupation, interests: interests.map(OnboardingAnswers.interests(in:))
            )
        }
        guard context.terminal.inputIsTerminal else {
            throw CommandFailure(
                .usage, "Nobody is there to ask.",
                advice: "Give the answers as options, or with --json FILE; see 'onboard --help'.")
        }
        try await context.output.writeLine("A few questions to begin with. Press Enter to leave one out. Ctrl-C gives up.")
        let name = try await context.ask("Your full name: ")
        let gender = try await context.ask("Your gender: ")
        let occupation = try await context.ask("What you do: ")
        let interests = try await context.ask("What you like (with commas): ")
        return try OnboardingAnswers(
            fullName: name, gender: gender, occupation: occupation, interests: interests.map(OnboardingAnswers.interests(in:)))
    }
}
