import ArgumentParser

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "The short portrait the companion keeps of a person.",
        discussion: """
            EXAMPLES:
              companion-edge profile show
              companion-edge profile edit "A teacher from Quetta who loves poetry."
              companion-edge profile edit --rewrite
            """,
        subcommands: [ProfileShow.self, ProfileEdit.self],
        defaultSubcommand: ProfileShow.self)
}
