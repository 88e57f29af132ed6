import AudioIO
import Foundation
import LocalStore
import Networking
import Synchronization

/// A recogniser behind `/audio/transcriptions`, as OpenAI and servers at home have it. What is said is coded while it is heard and
/// sent when it is over; there are no words before that.
package struct OpenAIRecogniser: SpeechRecogniser {
    package let languages: Set<Language> = [.english, .urdu, .romanUrdu]
    private let hearer: SoundHearer

    package init(server: ModelServer, transport: any HTTPTransport) {
        hearer = SoundHearer(service: OpenAISpeech(server: server, transport: transport))
    }

    package func begin(language: Language) async throws -> any Recognition {
        try OpenAIRecognition(hearer, language)
    }
}

/// One utterance as a file that grows.
private final class OpenAIRecognition: Recognition {
    private struct State {
        let stream: OggOpusStream
        var file: Data
    }

    private let hearer: SoundHearer
    private let language: Language
    private let state: Mutex<State>

    init(_ hearer: SoundHearer, _ language: Language) throws {
        self.hearer = hearer
        self.language = language
        let stream = try OggOpusStream(settings: .upload)
        state = Mutex(State(stream: stream, file: Data(try stream.head())))
    }

    func accept(_ samples: [Int16]) async throws {
        try state.withLock { $0.file += try $0.stream.write(samples) }
    }

    func partial() async throws -> String? { nil }

    func finish() async throws -> Transcript {
        let (file, seconds) = try state.withLock { state in
            state.file += try state.stream.finish()
            return (state.file, Double(state.stream.samples) / Double(OpusSettings.upload.rate))
        }
        let text = try await hearer.words(in: file, seconds: seconds, language: language)
        return Transcript(text: text, language: language, audioSeconds: seconds, computeSeconds: 0)
    }
}

/// Asks the server what is said in a file. The same file gives the same words, so what keeps answers belongs in front of this.
struct SoundHearer: Sendable {
    private static let path = "/audio/transcriptions"
    /// The service takes nothing shorter, in seconds; there is no word in it either.
    private static let shortest = 0.1
    /// Longer than anybody waits; it only keeps nothing open for ever.
    private static let limit = Duration.seconds(30)
    /// A beginning in Urdu's own letters leads the model to go on in them.
    private static let urduHint = "یہ اردو میں ہے۔"

    let service: OpenAISpeech

    /// - Parameter file: Ogg Opus, one channel.
    func words(in file: Data, seconds: Double, language: Language) async throws -> String {
        guard seconds >= Self.shortest else { return "" }
        let text = try await ask(file, language, hint: nil)
        guard !SpeechScript.accepts(text, in: language) else { return text }
        guard language != .english else { throw LanguageModelError.wrongScript }
        let second = try await ask(file, language, hint: Self.urduHint)
        guard SpeechScript.accepts(second, in: language) else { throw LanguageModelError.wrongScript }
        return second
    }

    private func ask(_ file: Data, _ language: Language, hint: String?) async throws -> String {
        var form = MultipartForm()
        form.add("model", service.server.model)
        form.add("language", language == .english ? "en" : "ur")
        form.add("response_format", "json")
        if let hint { form.add("prompt", hint) }
        form.add("file", file: "speech.ogg", type: "audio/ogg", file)
        let (type, body) = form.encoded()
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await service.transport.send(
                service.request(Self.path, headers: [type], body: body, totalTimeout: Self.limit))
        } catch {
            if case .interrupted = error { throw LanguageModelError.cut }
            throw error
        }
        try service.check(response.head, response.body, path: Self.path)
        guard response.head.contentType == "application/json" else {
            throw LanguageModelError.notTheService("it sends \(response.head.contentType ?? "no type") instead of words")
        }
        guard let answer = try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self)),
            let text = answer.objectValue?["text"]?.stringValue
        else { throw LanguageModelError.malformed("it holds no text") }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
