import LocalStore

/// A voice that a Wyoming server has, such as Piper's at home.
package struct WyomingVoice: SpeechSynthesiser {
    package static let languages: Set<Language> = [.english, .urdu]

    private let peer: WyomingPeer

    package init(_ peer: WyomingPeer) {
        self.peer = peer
    }

    package func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error> {
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    try await read(ReadAloudText.of(text, in: language), language) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    await peer.forget()
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { if case .cancelled = $0 { work.cancel() } }
        }
    }

    private func read(_ text: String, _ language: Language, _ give: (SynthesisedChunk) -> Void) async throws {
        let voices = try await peer.info().voices
        let voice = voices.first { $0.knows(language) }
        guard voice != nil || voices.isEmpty else { throw SpeechError.unspoken(language) }
        let line = try await WyomingLine.open(peer.address)
        defer { line.close() }
        var data: [String: JSONValue] = ["text": .string(text)]
        if let voice { data["voice"] = ["name": .string(voice.name)] }
        try line.send(WyomingEvent("synthesize", data))
        try await line.read { event in
            if event.type == "audio-chunk" { give(try event.chunk()) }
            return event.type == "audio-stop"
        }
    }
}
