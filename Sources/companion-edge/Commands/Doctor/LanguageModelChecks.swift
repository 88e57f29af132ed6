import CompanionServices
import Foundation
import Networking

/// Looks whether the language models that the settings name can be asked.
struct LanguageModelChecks {
    let context: CommandContext
    let asksNetwork: Bool

    func findings() async -> [Finding] {
        var all: [Finding] = []
        for place in ModelLadder(
            context.configuration, pool: ConnectionPool(context.configuration, clock: context.clock)
        ).places {
            switch place {
            case .cloud(let model) where asksNetwork: all.append(await finding(model, called: "cloud"))
            case .cloud(let model): all.append(.fine("language", "cloud: \(named(model)), not asked"))
            case .server(let finder, let configured):
                if let model = await finder.model() {
                    all.append(await finding(model, called: "local server"))
                } else if let configured {
                    all.append(absent(at: configured, await finder.trouble()))
                }
            }
        }
        let floor = all.isEmpty ? "the companion's own mind answers everything" : "below it the companion's own mind"
        return all + [.fine("language", floor)]
    }

    /// A server that the settings name and that has no model for us.
    private func absent(at address: URL, _ trouble: LanguageModelError?) -> Finding {
        let place = address.host() ?? "the address of the settings"
        let (own, nearby) = (ConfigurationKey.openAIBaseURL.name, ConfigurationKey.modelServer.name)
        let isOwn = address == context.configuration.openAIBaseURL
        switch trouble {
        case .keyRefused(let setting)?:
            return .warning(
                "language", "the server at \(place): \(LanguageModelError.keyRefused(setting: setting))",
                fix: "Correct \(setting).")
        case .keyMissing(let setting)?:
            return .warning(
                "language", "the server at \(place) wants a key",
                fix: isOwn ? "Set \(setting)." : "Name it as \(own) instead of \(nearby), with its key in \(setting).")
        case .notTheService?, .refused?, .serverFailed?, .malformed?:
            return .warning(
                "language", "the server at \(place) gives no models: \(trouble.map { "\($0)" } ?? "")",
                fix: "Correct \(isOwn ? own : nearby): it ends with the path of the interface, mostly /v1.")
        default:
            return .warning(
                "language", "no model server answers at \(place)", fix: "Start it, or correct \(nearby) or \(own).")
        }
    }

    private func finding(_ model: OpenAIChatModel, called kind: String) async -> Finding {
        do throws(LanguageModelError) {
            try await model.check()
            return .fine("language", "\(kind): \(named(model))")
        } catch {
            return .warning("language", "\(kind), \(named(model)): \(error)", fix: fix(error, model))
        }
    }

    private func named(_ model: OpenAIChatModel) -> String {
        "\(PrintableText.oneLine(model.name)) at \(model.server.shownPlace)"
    }

    private func fix(_ error: LanguageModelError, _ model: OpenAIChatModel) -> String {
        switch error {
        case .keyRefused, .keyMissing: "Correct \(model.server.keySetting); until then the companion's own mind answers."
        case .unknownModel: "Correct \(model.server.modelSetting)."
        case .rateLimited: "Wait, or look at the account's limits."
        case .notTheService: "Correct \(ConfigurationKey.openAIBaseURL.name): it ends with the path of the interface, mostly /v1."
        default: "Check the network and the server, then run doctor again."
        }
    }
}
