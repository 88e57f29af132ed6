import Foundation
import Networking

/// Settings that can be read each by itself and must not be used together, or at all.
extension Configuration {
    /// What people tell must not be read on its way to a service.
    static func refusePlainHTTP(
        _ entries: [ConfigurationKey: ConfigurationEntry], _ reader: inout ConfigurationReader
    ) {
        guard entries[.allowPlainHTTP]?.value != .bool(true) else { return }
        for key in [
            ConfigurationKey.openAIBaseURL, .modelServer, .embeddingServer, .upliftBaseURL, .speechServer, .wyomingRecogniser,
            .wyomingVoice,
            .wyomingWakeWord, .liveKitURL, .liveKitTokenURL,
        ] {
            guard let entry = entries[key], case .url(let address) = entry.value,
                ["http", "ws", "tcp"].contains(address.scheme?.lowercased() ?? ""), !HomeNetwork.holds(address.host() ?? "")
            else { continue }
            reader.report(
                key,
                "is not encrypted and outside the home's network: what people tell could be read on its way; use "
                    + "\(Self.encrypted(address)), or set \(ConfigurationKey.allowPlainHTTP.name)=true if you are sure",
                origin: entry.origin)
        }
        if let entry = entries[.redisURL], case .redis(let address) = entry.value, address.isReadableOnItsWay {
            reader.report(
                .redisURL,
                "is not encrypted and outside the home's network: what people tell could be read on its way; use rediss://, or set "
                    + "\(ConfigurationKey.allowPlainHTTP.name)=true if you are sure",
                origin: entry.origin)
        }
    }

    /// Paths are put behind these addresses, which would end up in a query.
    static func refuseQueries(
        _ entries: [ConfigurationKey: ConfigurationEntry], _ reader: inout ConfigurationReader
    ) {
        for key in [ConfigurationKey.openAIBaseURL, .modelServer, .embeddingServer, .speechServer] {
            guard let entry = entries[key], case .url(let address) = entry.value,
                address.query() != nil || address.fragment() != nil
            else { continue }
            reader.report(
                key,
                "has something after its path ('?' or '#'); it ends with the path of the interface, mostly /v1, and a key belongs in "
                    + "its own setting (the value is not shown)",
                origin: entry.origin)
        }
    }

    /// A limit that nothing can be counted against would be none.
    static func refuseUnpricedLimit(
        _ entries: [ConfigurationKey: ConfigurationEntry], _ reader: inout ConfigurationReader
    ) {
        guard let limit = entries[.dailyCost],
            let prices = ModelPrices(entries[.modelPrices]?.text ?? ConfigurationKey.modelPrices.defaultText ?? "")
        else { return }
        func isAtHome(_ key: ConfigurationKey) -> Bool {
            if case .url(let address)? = entries[key]?.value { HomeNetwork.holds(address.host() ?? "") } else { false }
        }
        var models: [String] = []
        if entries[.openAIKey] != nil || entries[.openAIBaseURL] != nil, !isAtHome(.openAIBaseURL) {
            models.append(entries[.openAIModel]?.text ?? ConfigurationKey.openAIModel.defaultText ?? "")
        }
        let vectors = entries[.embeddingServer] == nil ? ConfigurationKey.openAIBaseURL : .embeddingServer
        if let model = entries[.embeddingModel]?.text, !isAtHome(vectors) { models.append(model) }
        for model in models where prices.price(of: model) == nil {
            reader.report(
                .modelPrices,
                "has no price for \(model), which \(ConfigurationKey.dailyCost.name) needs; add \(model)=READ/SAID, what its server "
                    + "takes for a million tokens",
                origin: limit.origin)
        }
    }

    /// What to use in its place.
    private static func encrypted(_ address: URL) -> String {
        switch address.scheme?.lowercased() {
        case "ws": "wss://"
        case "tcp": "a server at home, because Wyoming knows no encryption"
        default: "https://"
        }
    }
}
