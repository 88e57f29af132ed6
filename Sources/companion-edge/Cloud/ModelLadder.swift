import CompanionServices
import Foundation
import Logging
import Networking

/// Puts the models that the settings name in order: the cloud's, then a server nearby. The companion's own mind is below them.
struct ModelLadder: Sendable {
    /// What `doctor` asks about.
    enum Place: Sendable {
        case cloud(OpenAIChatModel)
        case server(ModelServerFinder, configured: URL?)
    }

    let places: [Place]
    private let network: any NetworkWatching
    private let tuning: LadderTuning

    /// Nothing is opened or asked yet.
    init(_ configuration: Configuration, pool: ConnectionPool) {
        var places: [Place] = []
        var tuning = LadderTuning()
        tuning.cloudPatience = configuration.modelPatience
        tuning.serverPatience = max(tuning.serverPatience, tuning.cloudPatience)
        self.tuning = tuning
        let address = configuration.openAIBaseURL
        let isAtHome = address.map { HomeNetwork.holds($0.host() ?? "") } ?? false
        let isNamed = configuration.openAIKey != nil || configuration.isSet(.openAIBaseURL)
        // Who names a server at home means that one, unless another is named too.
        let looksNearby =
            switch configuration.modelServer {
            case .off: false
            case .find: !(isNamed && isAtHome)
            case .at: true
            }
        guard isNamed || looksNearby else {
            self.places = []
            network = AlwaysOnline()
            return
        }
        let transport = pool
        var needsNetwork = false
        if isNamed, let address {
            if isAtHome {
                // Its models have names of its own, unless one was chosen.
                let wanted = configuration.isSet(.openAIModel) ? configuration.openAIModel : nil
                places.append(
                    .server(
                        ModelServerFinder(
                            addresses: [address], key: configuration.openAIKey, wanted: wanted,
                            modelSetting: ConfigurationKey.openAIModel.name, transport: transport), configured: address))
            } else {
                needsNetwork = true
                let model = OpenAIChatModel(
                    server: ModelServer(address: address, key: configuration.openAIKey, model: configuration.openAIModel),
                    transport: transport)
                places.append(.cloud(model))
                pool.serve(.models, at: model.server.shownPlace) { try await model.check() }
            }
        }
        if looksNearby {
            let configured: URL? = if case .at(let address) = configuration.modelServer { address } else { nil }
            let finder = ModelServerFinder(
                addresses: configured.map { [$0] } ?? ModelServerFinder.wellKnown, wanted: configuration.localModel,
                modelSetting: ConfigurationKey.localModel.name, transport: transport)
            places.append(.server(finder, configured: configured))
        }
        self.places = places
        network = needsNetwork ? NetworkWatch() : AlwaysOnline()
    }

    /// Nil when there is nothing to ask.
    func ladder(logger: Logger) -> LanguageLadder? {
        guard !places.isEmpty else { return nil }
        let rungs = places.map { place in
            switch place {
            case .cloud(let model): LadderRung(kind: .cloud, network: network) { model }
            case .server(let finder, let configured):
                LadderRung(
                    kind: .server, isExpected: configured != nil, prepare: { await finder.beginLooking() },
                    absence: { await finder.trouble()?.label }
                ) { await finder.model() }
            }
        }
        return LanguageLadder(rungs: rungs, tuning: tuning, logger: logger)
    }
}
