import Foundation

/// Where a model answers, and under which names the settings know it.
package struct ModelServer: Sendable, Equatable {
    /// With the path of the interface, such as `/v1`; no slash at its end.
    package let address: String
    package let key: Secret<String>?
    package let model: String
    /// The settings that somebody has to change when key or model are wrong.
    package let keySetting: String
    package let modelSetting: String

    package init(
        address: URL, key: Secret<String>?, model: String, keySetting: String = ConfigurationKey.openAIKey.name,
        modelSetting: String = ConfigurationKey.openAIModel.name
    ) {
        var text = address.absoluteString
        while text.hasSuffix("/") { text.removeLast() }
        self.address = text
        self.key = key
        self.model = model
        self.keySetting = keySetting
        self.modelSetting = modelSetting
    }

    /// Host and port, for people.
    package var shownPlace: String {
        guard let url = URLComponents(string: address), let host = url.host else { return "the server" }
        return url.port.map { "\(host):\($0)" } ?? host
    }

    /// The address for people, without what somebody may have to keep to themselves.
    package var shownAddress: String { ConfigurationRedaction.withoutCredentials(address) }

    /// OpenAI's newer models know only the newer name of the longest answer; other servers know only the older one.
    var answerLimitField: String { shownPlace == "api.openai.com" ? "max_completion_tokens" : "max_tokens" }
}
