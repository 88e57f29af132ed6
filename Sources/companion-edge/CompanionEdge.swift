import ArgumentParser

@main
struct CompanionEdge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "companion-edge",
        abstract: "A voice companion that lives at home and remembers.")
}
