import Foundation
import LocalStore
import Networking

/// Finds a language model nearby: the first of some addresses at which somebody speaks the interface.
///
/// All addresses are looked at together, for ``patience`` at most. Only the first look is waited for; when the last one is old, what it
/// found is given once more while the next one is under way. No words of the person go anywhere before a server has said which models
/// it has.
package actor ModelServerFinder {
    /// Where llama.cpp, Ollama and vLLM listen when nobody tells them otherwise.
    package static let wellKnown = [8080, 11434, 8000].compactMap { URL(string: "http://127.0.0.1:\($0)/v1") }
    static let patience = Duration.milliseconds(500)
    static let lookAgainAfter = Duration.seconds(30)

    private let addresses: [URL]
    private let key: Secret<String>?
    private let wanted: String?
    private let keySetting: String
    private let modelSetting: String
    private let transport: any HTTPTransport
    private let elapsed: @Sendable () -> Duration
    private var found: OpenAIChatModel?
    private var lastTrouble: LanguageModelError?
    private var looked: Duration?
    private var looking: Task<Void, Never>?

    /// `wanted` is the model's name, nil for the first that the server names; `elapsed` the time since whatever moment.
    package init(
        addresses: [URL] = wellKnown, key: Secret<String>? = nil, wanted: String?,
        keySetting: String = ConfigurationKey.openAIKey.name, modelSetting: String, transport: any HTTPTransport,
        elapsed: @escaping @Sendable () -> Duration = ModelServerFinder.runningTime
    ) {
        self.addresses = addresses
        self.key = key
        self.wanted = wanted
        self.keySetting = keySetting
        self.modelSetting = modelSetting
        self.transport = transport
        self.elapsed = elapsed
    }

    /// The model, if there is one.
    package func model() async -> OpenAIChatModel? {
        beginLooking()
        if looked == nil { await settled() }
        return found
    }

    /// Why nobody was found at the one address there is; nil when somebody was, or where several are looked at.
    package func trouble() async -> LanguageModelError? {
        await settled()
        return lastTrouble
    }

    /// Looks in the background when that has not been done lately. Waits for nothing.
    package func beginLooking() {
        guard looking == nil else { return }
        if let looked, elapsed() - looked < Self.lookAgainAfter { return }
        looking = Task { [weak self] in await self?.look() }
    }

    /// Waits for the look that is under way.
    package func settled() async {
        await looking?.value
    }

    /// Of the machine, as no clock on the wall shows it.
    package static let runningTime: @Sendable () -> Duration = {
        let begun = ContinuousClock.now
        return { ContinuousClock.now - begun }
    }()

    private func look() async {
        let (model, trouble) = await search()
        looking = nil
        looked = elapsed()
        found = model
        lastTrouble = trouble
    }

    private func search() async -> (OpenAIChatModel?, LanguageModelError?) {
        await withTaskGroup(of: (Int, Result<OpenAIChatModel, LanguageModelError>).self) { group in
            for (number, address) in addresses.enumerated() {
                group.addTask {
                    do throws(LanguageModelError) {
                        return (number, .success(try await self.model(at: address)))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            var models: [Int: OpenAIChatModel] = [:]
            var isBusy = false
            var trouble: LanguageModelError?
            for await (number, result) in group {
                switch result {
                case .success(let model): models[number] = model
                case .failure(let error):
                    if case .network(.timedOut) = error { isBusy = true }
                    trouble = error
                }
            }
            if let first = models.keys.min() { return (models[first], nil) }
            // One that was there a moment ago and is slow to list its models has other work.
            return isBusy && found != nil ? (found, nil) : (nil, addresses.count == 1 ? trouble : nil)
        }
    }

    private nonisolated func model(at address: URL) async throws(LanguageModelError) -> OpenAIChatModel {
        let server = ModelServer(
            address: address, key: key, model: wanted ?? "", keySetting: keySetting, modelSetting: modelSetting)
        var headers = [HTTPHeader("Accept", "application/json")]
        if let key { headers.append(HTTPHeader("Authorization", "Bearer \(key.reveal())")) }
        let request = HTTPRequest(
            .get, "\(server.address)/models", headers: headers, connectTimeout: Self.patience, totalTimeout: Self.patience,
            bodyLimit: 1 << 20)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request)
        } catch {
            throw .network(error)
        }
        let answer = (try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self))) ?? .null
        guard response.status == 200 else {
            throw ChatFailure(body: answer).error(response.head, server: server, path: "/models", now: Date())
        }
        // Whatever else answers is not the interface.
        guard let models = answer.objectValue?["data"]?.arrayValue else { throw .notTheService("it lists no models") }
        let names = models.compactMap { $0.objectValue?["id"]?.stringValue }
        guard let name = wanted ?? names.first(where: { !$0.lowercased().contains("embed") }) else {
            throw .notTheService("it has no model that talks")
        }
        return OpenAIChatModel(
            server: ModelServer(address: address, key: key, model: name, keySetting: keySetting, modelSetting: modelSetting),
            transport: transport, connectTimeout: .seconds(1))
    }
}
