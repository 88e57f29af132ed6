import CompanionServices
import LocalStore

/// Why no person could be chosen, and what to do.
enum WhoFailure {
    static let nobody = CommandFailure(
        .failure, "Nobody is known here yet.",
        advice: "Say hello with 'companion-edge chat', or answer a few questions with 'companion-edge onboard'.")

    static func several(_ people: [Person]) -> CommandFailure {
        CommandFailure(.usage, "Several people are known; say who is meant with --user:", advice: list(people))
    }

    static func ambiguous(_ asked: String, people: [Person]) -> CommandFailure {
        CommandFailure(
            .usage, "'\(PrintableText.oneLine(asked))' is the name of several people; give the UUID with --user:",
            advice: list(people))
    }

    static func unknown(_ asked: String, people: [Person]) -> CommandFailure {
        guard !people.isEmpty else { return nobody }
        let shown = PrintableText.oneLine(String(asked.prefix(60)))
        let nearest = NearestName.to(asked, among: people.compactMap(\.name)).map { " Did you mean \($0)?" } ?? ""
        return CommandFailure(.usage, "Nobody called '\(shown)' is known.\(nearest) Known are:", advice: list(people))
    }

    private static func list(_ people: [Person]) -> String {
        people.map { "  \($0.id)  \($0.name.map(PrintableText.oneLine) ?? "(no name)")" }.joined(separator: "\n")
    }
}
