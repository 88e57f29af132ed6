import CompanionServices
import Foundation

/// Looks whether the services that the settings name for speaking and hearing can be used.
struct SpeechServiceChecks {
    let context: CommandContext
    let asksNetwork: Bool

    func findings() async -> [Finding] {
        let services = SpeechServices(
            context.configuration, pool: ConnectionPool(context.configuration, clock: context.clock), logger: context.logger)
        var all: [Finding] = []
        for place in services.places { all.append(await finding(place)) }
        return all
    }

    private func finding(_ place: SpeechServices.Place) async -> Finding {
        let name = PrintableText.oneLine(place.name)
        guard asksNetwork else { return .fine(place.subject, "\(name), not asked") }
        do {
            let found = try await place.check()
            return .fine(place.subject, name + (found.map { ": \(PrintableText.oneLine($0))" } ?? ""))
        } catch {
            return .warning(
                place.subject, "\(name): \(error)",
                fix:
                    "Check \(place.setting.name), the network and the service. Until then this device does it itself, where it can."
            )
        }
    }
}
