import Foundation
import LocalStore
import Networking

/// A voice behind `/audio/speech`, as OpenAI and servers at home have it. The sound is heard while it is made.
package struct OpenAIVoice: SpeechSynthesiser {
    package static let languages: Set<Language> = [.english, .urdu]
    private static let path = "/audio/speech"
    /// Samples a second of the raw format, where the server does not say otherwise.
    private static let rate = 24_000

    private let service: OpenAISpeech
    private let voice: String

    /// - Parameter voice: a name that the server knows.
    package init(server: ModelServer, voice: String, transport: any HTTPTransport) {
        service = OpenAISpeech(server: server, transport: transport)
        self.voice = voice
    }

    package func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error> {
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    try await read(ReadAloudText.of(text, in: language)) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { if case .cancelled = $0 { work.cancel() } }
        }
    }

    private func read(_ text: String, _ give: (SynthesisedChunk) -> Void) async throws {
        let body: JSONValue = [
            "model": .string(service.server.model), "voice": .string(voice), "input": .string(text), "response_format": "pcm",
        ]
        let response = try await service.transport.stream(
            service.request(
                Self.path, headers: [HTTPHeader("Content-Type", "application/json")], body: Data(body.text.utf8),
                totalTimeout: nil))
        guard response.head.status == 200 else {
            return try service.check(response.head, await OpenAIChatModel.refusal(response), path: Self.path)
        }
        let type = response.head.contentType ?? ""
        guard type.hasPrefix("audio/") || type == "application/octet-stream" else {
            throw LanguageModelError.notTheService("it sends \(type.isEmpty ? "no type" : type) instead of sound")
        }
        var bytes = SpeechBytes(rate: Self.rate(response.head))
        do {
            for try await piece in response.body {
                if let chunk = try bytes.add(piece) { give(chunk) }
            }
        } catch HTTPError.interrupted {
            throw LanguageModelError.cut
        }
    }

    /// `audio/pcm;rate=16000`, as some servers say.
    private static func rate(_ head: HTTPHead) -> Int {
        let parameters = (head["content-type"] ?? "").lowercased().split(separator: ";").dropFirst()
        for parameter in parameters {
            let parts = parameter.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2, parts[0] == "rate", let rate = Int(parts[1]), (8000...192_000).contains(rate) { return rate }
        }
        return rate
    }
}
