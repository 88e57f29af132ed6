import CompanionServices
import Foundation
import LocalStore

/// Looks into every person's store.
struct StoreChecks {
    let context: CommandContext
    /// Whether what can be mended is mended.
    let fixes: Bool

    func findings() async -> [Finding] {
        // Nothing there yet: looking must not make it.
        guard FileManager.default.fileExists(atPath: context.configuration.dataDirectory.path) else {
            return [.fine("people", "nobody is known yet")]
        }
        do {
            let household = try await context.households.household()
            var all = [daemon()]
            let people = try await household.people()
            if people.isEmpty { all.append(.fine("people", "nobody is known yet")) }
            for person in people { all += await findings(of: person, in: household) }
            return all
        } catch {
            let failure = CommandFailure(describing: error)
            return [.problem("stores", failure.message, fix: failure.advice ?? "See the message.")]
        }
    }

    private func daemon() -> Finding {
        guard let daemon = context.daemon else {
            return .fine("daemon", "not running; commands open the stores themselves")
        }
        return .fine("daemon", "process \(daemon.processID), version \(daemon.version)")
    }

    private func findings(of person: Person, in household: Household) async -> [Finding] {
        let subject = "store of \(PrintableText.oneLine(person.name ?? person.id.logForm))"
        do {
            let companion = try await household.companion(person.id)
            let report = try await companion.store.checkIntegrity(.full)
            guard report.isSound else {
                if fixes, !report.isDamaged { return try await repair(companion.store, subject: subject, report) }
                return report.problems.map { .problem(subject, $0.description, fix: Self.fix(for: $0, of: person)) }
            }
            let count = try await companion.store.read { try $0.memoryCount() }
            var findings = [Finding.fine(subject, "sound, \(count.counted("memory", "memories"))")]
            let failing = try await companion.store.read { try $0.jobs().filter { $0.attempts >= 3 } }
            if let first = failing.first {
                findings.append(
                    .warning(
                        subject,
                        "\(failing.count.counted("job fails", "jobs fail")) again and again: \(first.lastError ?? first.kind)",
                        fix: "Report it with this message; what was said is kept."))
            }
            if let spent = try await spending(companion) {
                findings.append(
                    .warning(
                        subject, "what may be spent at the cloud's models is spent: \(spent.words)",
                        fix: "Wait, or raise \(ConfigurationKey.dailyTokens.name) or \(ConfigurationKey.dailyCost.name)."))
            }
            return findings
        } catch {
            let failure = CommandFailure(describing: error)
            return [.problem(subject, failure.message, fix: failure.advice ?? Self.restoring(person))]
        }
    }

    /// Nil while something is left.
    private func spending(_ companion: PersonCompanion) async throws -> SpendingReport? {
        let (budget, now) = (companion.mind.options.budget, companion.store.clock.now())
        let report = try await companion.store.read { try SpendingReport(budget, $0, at: now) }
        return report.isSpent ? report : nil
    }

    /// The search index can be made anew from the rows; nothing else is touched.
    private func repair(_ store: PersonStore, subject: String, _ report: IntegrityReport) async throws -> [Finding] {
        try await store.rebuildSearchIndex()
        let after = try await store.checkIntegrity(.full)
        guard !after.isSound else { return [.fine(subject, "the search index was built anew")] }
        return after.problems.map { .problem(subject, $0.description, fix: "Report it with this message.") }
    }

    private static func fix(for problem: IntegrityProblem, of person: Person) -> String {
        switch problem {
        case .damage: restoring(person)
        case .searchIndex: "companion-edge doctor --fix"
        case .sums: "companion-edge sync reset --user \(person.id)"
        case .danglingReference, .unreadableChange, .untrackedRow, .disagreement:
            "Nothing is lost on this device; make a backup and report it with this message."
        }
    }

    private static func restoring(_ person: Person) -> String {
        "Restore a backup: companion-edge restore --latest --user \(person.id), or companion-edge restore FILE."
    }
}
