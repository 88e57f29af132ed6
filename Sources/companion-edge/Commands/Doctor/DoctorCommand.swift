import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

struct DoctorCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what this machine has, and say how to fix each finding.",
        discussion: """
            Ends with status 1 when something keeps the companion from working; warnings alone do not.

            EXAMPLES:
              companion-edge doctor
              companion-edge doctor --fix
              companion-edge doctor --offline
              companion-edge doctor --json | jq '.[] | select(.level == "problem")'
            """)
    static let toleratesProblems = true

    @Flag(help: "Mend what can be mended without losing anything (the search index).")
    var fix = false

    @Flag(help: "Ask nothing of the network.")
    var offline = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        var findings = MachineChecks(context: context).findings()
        findings += try await SoundChecks(context: context).findings()
        findings += try await ModelChecks(context: context).findings()
        findings += try await RoomChecks(context: context).findings()
        findings += await StoreChecks(context: context, fixes: fix).findings()
        findings += await LanguageModelChecks(context: context, asksNetwork: !offline).findings()
        findings += await EmbeddingChecks(context: context, asksNetwork: !offline).findings()
        findings += await CacheChecks(context: context, asksNetwork: !offline).findings()
        findings += await SpeechServiceChecks(context: context, asksNetwork: !offline).findings()
        if !offline { findings += await CloudChecks(context: context).findings() }
        if json {
            try await context.writeJSON(findings)
        } else {
            for finding in findings { try await context.output.writeLine(finding.text(context.style)) }
            let problems = findings.count { $0.level == .problem }
            let warnings = findings.count { $0.level == .warning }
            try await context.output.writeLine(
                problems + warnings == 0 ? "All is well." : "\(problems.counted("problem")), \(warnings.counted("warning")).")
        }
        return findings.contains { $0.level == .problem } ? .failure : .ok
    }
}

/// One thing that was looked at.
struct Finding: Encodable, Sendable, Hashable {
    enum Level: String, Encodable, Sendable {
        case fine, warning, problem
    }

    let level: Level
    let subject: String
    let message: String
    /// What to do; only where something is to be done.
    let fix: String?

    static func fine(_ subject: String, _ message: String) -> Finding {
        Finding(level: .fine, subject: subject, message: message, fix: nil)
    }

    static func warning(_ subject: String, _ message: String, fix: String) -> Finding {
        Finding(level: .warning, subject: subject, message: message, fix: fix)
    }

    static func problem(_ subject: String, _ message: String, fix: String) -> Finding {
        Finding(level: .problem, subject: subject, message: message, fix: fix)
    }

    func text(_ style: TextStyle) -> String {
        let mark =
            switch level {
            case .fine: style(.green, "ok      ")
            case .warning: style(.yellow, "warning ")
            case .problem: style(.red, "problem ")
            }
        let head = "\(mark) \(subject): \(PrintableText.lines(message))"
        guard let fix else { return head }
        return "\(head)\n         fix: \(PrintableText.lines(fix))"
    }
}
