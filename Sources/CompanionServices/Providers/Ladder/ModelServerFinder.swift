import Foundation
import LocalStore
import Networking

/// Finds a language model nearby: the first of some addresses at which somebody speaks the interface.
///
/// To look costs a refused connection for each address, so it is done again when the last look is old, and nothing is ever waited
/// for longer than ``patience``. No words of the person go anywhere before a server has said which models it has.
package actor ModelServerFinder {
    /// Where llama.cpp, Ollama and vLLM listen when nobody tells them otherwise.
    package static let wellKnown = [8080, 11434, 8000].compactMap { URL(string: "http://127.0.0.1:\($0)/v1") }
    static let patience = Duration.milliseconds(500)
    static let lookAgainAfter = Duration.seconds(30)

    private let addresses: [URL]
    private let key: Secret<String>?
    private let wanted: String?
    private let modelSetting: String
    private let transport: any HTTPTransport
    private let clock = ContinuousClock()
    private var found: OpenAIChatModel?
    private var looked: ContinuousClock.Instant?
    private var looking: Task<OpenAIChatModel?, Never>?

    /// `wanted` is the model's name; nil for the first that the server names.
    package init(
        addresses: [URL] = wellKnown, key: Secret<String>? = nil, wanted: String?, modelSetting: String,
        transport: any HTTPTransport
    ) {
        self.addresses = addresses
        self.key = key
        self.wanted = wanted
        self.modelSetting = modelSetting
        self.transport = transport
    }

    /// The model, if there is one.
    package func model() async -> OpenAIChatModel? {
        if let looked, clock.now - looked < Self.lookAgainAfter { return found }
        let look = looking ?? Task { await self.look() }
        looking = look
        let model = await look.value
        looking = nil
        looked = clock.now
        found = model
        return model
    }

    /// The server did not answer as one; look anew before it is asked again.
    package func forget() {
        looked = nil
    }

    private func look() async -> OpenAIChatModel? {
        var isBusy = false
        for address in addresses {
            do throws(HTTPError) {
                if let model = try await self.model(at: address) { return model }
            } catch {
                if case .timedOut = error { isBusy = true }
            }
        }
        // One that was there a moment ago and is slow to list its models has other work.
        return isBusy ? found : nil
    }

    /// Nil when somebody else is there.
    private func model(at address: URL) async throws(HTTPError) -> OpenAIChatModel? {
        let server = ModelServer(address: address, key: key, model: wanted ?? "", modelSetting: modelSetting)
        var headers = [HTTPHeader("Accept", "application/json")]
        if let key { headers.append(HTTPHeader("Authorization", "Bearer \(key.reveal())")) }
        let request = HTTPRequest(
            .get, "\(server.address)/models", headers: headers, connectTimeout: Self.patience, totalTimeout: Self.patience,
            bodyLimit: 1 << 20)
        let response = try await transport.send(request)
        // Whatever else answers is not the interface.
        guard response.status == 200,
            let answer = try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self)),
            let models = answer.objectValue?["data"]?.arrayValue
        else { return nil }
        let names = models.compactMap { $0.objectValue?["id"]?.stringValue }
        guard let name = wanted ?? names.first(where: { !$0.lowercased().contains("embed") }) else { return nil }
        return OpenAIChatModel(
            server: ModelServer(address: address, key: key, model: name, modelSetting: modelSetting), transport: transport,
            connectTimeout: .seconds(1))
    }
}
