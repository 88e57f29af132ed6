import CompanionServices
import Foundation
import Networking

/// The model that says what texts are about, as the settings name it.
struct EmbeddingServer: Sendable {
    let server: ModelServer
    private let kind: LadderRung.Kind

    /// Nil when no model is named: then nothing is asked of anybody.
    init?(_ configuration: Configuration) {
        guard let model = configuration.embeddingModel, !model.isEmpty,
            let address = configuration.embeddingServer ?? configuration.openAIBaseURL
        else { return nil }
        let isOwn = configuration.embeddingServer != nil
        // A key goes to the server that it belongs to, and to no other.
        server = ModelServer(
            address: address, key: isOwn ? configuration.embeddingKey : configuration.openAIKey, model: model,
            keySetting: (isOwn ? ConfigurationKey.embeddingKey : .openAIKey).name,
            modelSetting: ConfigurationKey.embeddingModel.name)
        kind = HomeNetwork.holds(address.host() ?? "") ? .server : .cloud
    }

    func service(over pool: ConnectionPool) -> MeaningService {
        let server = server
        pool.serve(.models, at: "\(server.model) at \(server.shownPlace)") {
            try await OpenAIChatModel(server: server, transport: pool).check()
        }
        return MeaningService(
            OpenAIEmbedding(server: server, transport: pool), kind: kind,
            network: kind == .cloud ? NetworkWatch() : AlwaysOnline())
    }
}
