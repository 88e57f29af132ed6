import CompanionServices
import Foundation

/// Looks whether the services that the settings name for speaking and hearing can be used.
struct SpeechServiceChecks {
    let context: CommandContext
    let asksNetwork: Bool

    func findings() async -> [Finding] {
        let services = SpeechServices(context.configuration, logger: context.logger)
        var all: [Finding] = []
        if let uplift = services.uplift {
            let name = "Uplift at \(uplift.server.shownPlace), for Urdu"
            all.append(
                await finding("voice", name, setting: ConfigurationKey.upliftKey.name) { try await uplift.check() })
        }
        return all
    }

    private func finding(
        _ subject: String, _ name: String, setting: String, _ check: @escaping @Sendable () async throws -> Void
    ) async -> Finding {
        guard asksNetwork else { return .fine(subject, "\(name), not asked") }
        do {
            try await check()
            return .fine(subject, name)
        } catch {
            return .warning(
                subject, "\(name): \(error)",
                fix: "Check \(setting), the network and the service; until then this device does it itself, where it can.")
        }
    }
}
