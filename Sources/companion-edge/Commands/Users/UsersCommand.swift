import ArgumentParser

struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "The people this device knows.",
        discussion: """
            EXAMPLES:
              companion-edge users list
              companion-edge users add Bilal
              companion-edge users rename Bilal "Bilal Khan"
              companion-edge users remove "Bilal Khan" --yes
            """,
        subcommands: [UsersList.self, UsersAdd.self, UsersRename.self, UsersRemove.self],
        defaultSubcommand: UsersList.self)
}

/// A person as scripts read one.
struct PersonReport: Encodable, Sendable {
    let id: String
    let name: String?
}
