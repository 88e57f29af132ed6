import CompanionServices
import Networking

/// Looks whether the model that says what texts are about can be asked. Nobody has to have one.
struct EmbeddingChecks {
    let context: CommandContext
    let asksNetwork: Bool

    func findings() async -> [Finding] {
        let configuration = context.configuration
        guard let embedding = EmbeddingServer(configuration) else {
            guard configuration.isSet(.embeddingServer) else { return [] }
            let setting = ConfigurationKey.embeddingModel.name
            return [
                .warning(
                    "meaning", "\(ConfigurationKey.embeddingServer.name) is set without \(setting), so nothing is asked there",
                    fix: "Set \(setting) to the name of its model.")
            ]
        }
        let server = embedding.server
        let named = "\(PrintableText.oneLine(server.model)) at \(server.shownPlace)"
        guard asksNetwork else { return [.fine("meaning", "\(named), not asked")] }
        let pool = ConnectionPool(configuration, clock: context.clock)
        do {
            // Listing its models would not show that it makes vectors.
            let vector = try await OpenAIEmbedding(server: server, transport: pool, within: .seconds(5)).vectors(of: ["tea"])
            return [.fine("meaning", "\(named), vectors of \(vector.first?.count ?? 0) numbers")]
        } catch {
            return [.warning("meaning", "\(named): \(error)", fix: fix(error, server))]
        }
    }

    private func fix(_ error: any Error, _ server: ModelServer) -> String {
        switch error as? LanguageModelError {
        case .keyRefused, .keyMissing: "Correct \(server.keySetting); until then search goes by words and spelling."
        case .unknownModel: "Correct \(server.modelSetting)."
        case .notTheService, .refused:
            "Use a server that answers at \(server.shownAddress)/embeddings; llama.cpp needs --embeddings."
        default: "Check the network and the server, then run doctor again. Until then search goes by words and spelling."
        }
    }
}
