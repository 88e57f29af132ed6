import Foundation
import LocalStore
import Networking

/// A connection to a Wyoming server: events go out, events come in.
struct WyomingLine: Sendable {
    private let socket: StreamSocket
    private let address: SocketAddress

    static func open(_ address: SocketAddress, within limit: Duration = .seconds(3)) async throws(LanguageModelError)
        -> WyomingLine
    {
        do throws(HTTPError) {
            return WyomingLine(socket: try await StreamSocket.connect(to: address, timeout: limit), address: address)
        } catch {
            throw .network(error)
        }
    }

    private init(socket: StreamSocket, address: SocketAddress) {
        self.socket = socket
        self.address = address
    }

    func send(_ event: WyomingEvent) throws(LanguageModelError) {
        do throws(HTTPError) {
            try socket.send(event.encoded)
        } catch {
            throw .network(error)
        }
    }

    /// Gives each event that comes to `take` until that returns true.
    /// - Throws: ``LanguageModelError``; ``LanguageModelError/cut`` when the server hangs up before.
    func read(until take: (WyomingEvent) throws -> Bool) async throws {
        var decoder = WyomingDecoder()
        do {
            for try await piece in socket.bytes {
                decoder.append(piece)
                while let event = try decoder.next() {
                    if event.type == "error" { throw LanguageModelError.reported(Self.words(of: event)) }
                    if event.type == "ping" { try send(WyomingEvent("pong", event.data)) }
                    if try take(event) { return }
                }
            }
        } catch HTTPError.interrupted {
            throw LanguageModelError.cut
        }
        try Task.checkCancellation()
        throw LanguageModelError.cut
    }

    func close() { socket.close() }

    private static func words(of event: WyomingEvent) -> String {
        let words = event.data["text"]?.stringValue ?? ""
        let line = words.split(whereSeparator: { $0.isNewline || $0.isWhitespace }).joined(separator: " ")
        return line.isEmpty ? "no reason given" : String(line.prefix(200))
    }
}

/// What a Wyoming server has, by its own account.
struct WyomingInfo: Sendable, Hashable {
    struct Model: Sendable, Hashable {
        let name: String
        /// As the server writes them: `en`, `en_US`, `ur-PK`. Empty where it does not say.
        let languages: [String]
        /// What a wake word listens for.
        let phrase: String?

        func knows(_ language: Language) -> Bool {
            let code = language == .english ? "en" : "ur"
            return languages.isEmpty
                || languages.contains { $0.lowercased().split { "-_".contains($0) }.first.map(String.init) == code }
        }
    }

    var recognisers: [Model] = []
    var voices: [Model] = []
    var wakeWords: [Model] = []

    init(_ data: [String: JSONValue]) {
        // Synthesis calls its models voices; some servers list them as the others do.
        recognisers = Self.models(data["asr"], in: ["models"])
        voices = Self.models(data["tts"], in: ["voices", "models"])
        wakeWords = Self.models(data["wake"], in: ["models"])
    }

    private static func models(_ programs: JSONValue?, in lists: [String]) -> [Model] {
        (programs?.arrayValue ?? []).compactMap(\.objectValue).flatMap { program in
            lists.flatMap { program[$0]?.arrayValue ?? [] }
        }.compactMap(\.objectValue).compactMap { fields in
            guard fields["installed"] != .bool(false), let name = fields["name"]?.stringValue else { return nil }
            return Model(
                name: name, languages: (fields["languages"]?.arrayValue ?? []).compactMap(\.stringValue),
                phrase: fields["phrase"]?.stringValue)
        }
    }
}

/// A Wyoming server, and what is known of it. It is asked once what it has, and again when it was not there.
package actor WyomingPeer {
    static let patience = Duration.seconds(3)

    package nonisolated let address: SocketAddress
    private var known: WyomingInfo?

    package init(_ address: SocketAddress) {
        self.address = address
    }

    /// Throws ``LanguageModelError``.
    func info() async throws -> WyomingInfo {
        if let known { return known }
        let line = try await WyomingLine.open(address)
        defer { line.close() }
        try line.send(WyomingEvent("describe"))
        var found: WyomingInfo?
        let watch = Task {
            try await Task.sleep(for: Self.patience)
            line.close()
        }
        defer { watch.cancel() }
        do {
            try await line.read { event in
                guard event.type == "info" else { return false }
                found = WyomingInfo(event.data)
                return true
            }
        } catch LanguageModelError.cut where watch.isCancelled == false {
            throw LanguageModelError.notTheService("\(address) does not say what it has")
        }
        guard let found else { throw LanguageModelError.cut }
        known = found
        return found
    }

    /// What it has, for people; throws when it is not there or has nothing of it.
    package func check(_ part: Part) async throws -> String {
        let info = try await info()
        let models =
            switch part {
            case .recogniser: info.recognisers
            case .voice: info.voices
            case .wakeWord: info.wakeWords
            }
        guard !models.isEmpty else { throw LanguageModelError.notTheService("\(address) has no \(part.rawValue)") }
        return models.prefix(4).map(\.name).joined(separator: ", ") + (models.count > 4 ? ", …" : "")
    }

    package enum Part: String, Sendable {
        case recogniser, voice
        case wakeWord = "wake word"
    }

    /// Something went wrong; it may be another server by now.
    func forget() { known = nil }
}
