import Foundation
import LocalStore
import Synchronization

/// A recogniser that a Wyoming server has, such as Whisper's at home. It hears while somebody speaks.
package struct WyomingRecogniser: SpeechRecogniser {
    package let languages: Set<Language> = [.english, .urdu, .romanUrdu]
    private let peer: WyomingPeer

    package init(_ peer: WyomingPeer) {
        self.peer = peer
    }

    /// Returns at once; that the server is not there, or does not know the language, is found out by the time of the words.
    package func begin(language: Language) async throws -> any Recognition {
        WyomingRecognition(peer, language)
    }
}

private final class WyomingRecognition: Recognition {
    private static let rate = 16_000
    /// Samples of a chunk, as other clients send them.
    private static let chunk = 1024

    private struct Heard {
        var partial = ""
        var samples = 0
        /// Less than a chunk.
        var pending: [Int16] = []
    }

    /// A reference, because the connection's task writes into it too.
    private final class Box: Sendable {
        let state = Mutex(Heard())
    }

    private let language: Language
    private let feed: AsyncStream<[Int16]>.Continuation
    private let work: Task<String, any Error>
    private let heard: Box

    init(_ peer: WyomingPeer, _ language: Language) {
        self.language = language
        let heard = Box()
        self.heard = heard
        let (sound, feed) = AsyncStream.makeStream(of: [Int16].self)
        self.feed = feed
        work = Task {
            do {
                return try await Self.converse(with: peer, language, sound, heard)
            } catch {
                await peer.forget()
                throw error
            }
        }
    }

    deinit {
        work.cancel()
        feed.finish()
    }

    func accept(_ samples: [Int16]) async throws {
        let chunks = heard.state.withLock { heard in
            heard.samples += samples.count
            heard.pending += samples
            guard heard.pending.count >= Self.chunk else { return [Int16]() }
            defer { heard.pending = [] }
            return heard.pending
        }
        if !chunks.isEmpty { feed.yield(chunks) }
    }

    func partial() async throws -> String? { heard.state.withLock { $0.partial.isEmpty ? nil : $0.partial } }

    func finish() async throws -> Transcript {
        let (rest, samples) = heard.state.withLock { ($0.pending, $0.samples) }
        if !rest.isEmpty { feed.yield(rest) }
        feed.finish()
        let text = try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            work.cancel()
        }
        return Transcript(
            text: text, language: language, audioSeconds: Double(samples) / Double(Self.rate), computeSeconds: 0)
    }

    private static func converse(
        with peer: WyomingPeer, _ language: Language, _ sound: AsyncStream<[Int16]>, _ heard: Box
    ) async throws -> String {
        let models = try await peer.info().recognisers
        let model = models.first { $0.knows(language) }
        guard model != nil || models.isEmpty else { throw RecognitionError.unsupported(language) }
        let line = try await WyomingLine.open(peer.address)
        defer { line.close() }
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                var data: [String: JSONValue] = ["language": .string(language == .english ? "en" : "ur")]
                if let model { data["name"] = .string(model.name) }
                try line.send(WyomingEvent("transcribe", data))
                try line.send(WyomingEvent("audio-start", WyomingEvent.format(rate)))
                for await samples in sound {
                    for start in stride(from: 0, to: samples.count, by: chunk) {
                        try line.send(.audio(Array(samples[start..<min(start + chunk, samples.count)]), rate: rate))
                    }
                }
                try Task.checkCancellation()
                try line.send(WyomingEvent("audio-stop"))
                return nil
            }
            group.addTask {
                var text: String?
                try await line.read { event in
                    switch event.type {
                    case "transcript":
                        text = event.data["text"]?.stringValue ?? ""
                        return true
                    case "transcript-start": heard.state.withLock { $0.partial = "" }
                    case "transcript-chunk": heard.state.withLock { $0.partial += event.data["text"]?.stringValue ?? "" }
                    default: break
                    }
                    return false
                }
                return text ?? ""
            }
            defer { group.cancelAll() }
            while let text = try await group.next() {
                if let text { return text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            }
            throw LanguageModelError.cut
        }
    }
}
