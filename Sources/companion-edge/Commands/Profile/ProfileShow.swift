import ArgumentParser
import CompanionServices
import LocalStore

struct ProfileShow: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the portrait and what the person told when first asked.",
        discussion: """
            EXAMPLES:
              companion-edge profile show
              companion-edge profile show --versions
              companion-edge profile show --json
            """)

    @Flag(help: "Also earlier portraits.")
    var versions = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let person = try await context.person(shared)
        let companion = try await context.companion(shared)
        let (profile, details) = try await companion.store.read { view in
            (try view.userProfile(), try view.onboardingDetails())
        }
        let earlier = versions ? try await companion.profiles.versions() : []
        let report = Report(person, profile, details, earlier: versions ? earlier : nil)
        if json {
            try await context.writeJSON(report)
            return .ok
        }
        let moments = try await context.moments(companion)
        for (label, value) in report.lines {
            try await context.output.writeLine("\(context.style(.bold, label)): \(PrintableText.oneLine(value))")
        }
        for version in earlier {
            let until = context.style(.faint, "until \(moments.text(version.until))")
            try await context.output.writeLine("\(until): \(PrintableText.oneLine(version.text))")
        }
        return .ok
    }

    private struct Report: Encodable {
        let userID: String
        let name: String?
        let profile: String?
        let updatedAt: Timestamp?
        let fullName: String?
        let gender: String?
        let occupation: String?
        let interests: [String]?
        let versions: [Version]?

        struct Version: Encodable {
            let text: String
            let until: Timestamp
        }

        init(_ person: Person, _ profile: UserProfile?, _ details: OnboardingDetails?, earlier: [ProfileVersion]?) {
            userID = person.id.text
            name = person.name
            self.profile = profile?.profileText
            updatedAt = profile?.updatedAt
            fullName = details?.fullName
            gender = details?.gender
            occupation = details?.occupation
            interests = details?.interests
            versions = earlier?.map { Version(text: $0.text, until: $0.until) }
        }

        var lines: [(String, String)] {
            let interests = interests.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") }
            let rows: [(String, String?)] = [
                ("Name", fullName ?? name), ("Gender", gender), ("Occupation", occupation), ("Interests", interests),
                ("Portrait", profile ?? "none yet; it grows with what the companion is told"),
            ]
            return rows.compactMap { label, value in value.map { (label, $0) } }
        }

        enum CodingKeys: String, CodingKey {
            case name, profile, gender, occupation, interests, versions
            case userID = "user_id"
            case updatedAt = "updated_at"
            case fullName = "full_name"
        }
    }
}
