import Networking

/// Uplift AI's Urdu voices, over one WebSocket that stays open.
package final class UpliftVoice: SpeechSynthesiser {
    /// What its voices are made for.
    package static let languages: Set<Language> = [.urdu]

    package let server: UpliftServer
    private let line: UpliftLine

    package init(_ server: UpliftServer, options: CurlTransport.Options = .init()) {
        self.server = server
        line = UpliftLine(server, options: options)
    }

    init(_ server: UpliftServer, waits: UpliftServer.Waits) {
        self.server = server
        line = UpliftLine(server, waits: waits)
    }

    /// Connects and shows the key, without speaking. Throws ``LanguageModelError``.
    package func check() async throws { try await line.open() }

    package func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error> {
        AsyncThrowingStream { continuation in
            guard Self.languages.contains(language) else {
                return continuation.finish(throwing: SpeechError.unspoken(language))
            }
            let work = Task { [line] in
                do {
                    let decoder = SpeechDecoding(rate: UpliftServer.rate)
                    try await line.speak(ReadAloudText.of(text, in: language)) { data in
                        if let chunk = try decoder.add(data) { continuation.yield(chunk) }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { if case .cancelled = $0 { work.cancel() } }
        }
    }
}
