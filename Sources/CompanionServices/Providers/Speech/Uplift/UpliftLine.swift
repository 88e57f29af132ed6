import Foundation
import LocalStore
import Networking

/// The one connection to Uplift: opened when it is first needed, kept for the next sentence, and opened anew after it broke. Many
/// requests may be under way on it.
actor UpliftLine {
    static let namespace = "/text-to-speech/multi-stream"

    typealias Sound = AsyncThrowingStream<Data, any Error>

    private enum Stage {
        case closed
        case opening
        /// The key was taken; the server is about to be ready.
        case joined
        case open
    }

    private let server: UpliftServer
    private let options: CurlTransport.Options
    private let waits: UpliftServer.Waits
    private let clock = ContinuousClock()
    private var stage = Stage.closed
    /// Which connection it is; what older ones still tell does not count.
    private var generation = 0
    private var socket: CurlWebSocket?
    private var life: Task<Void, Never>?
    private var alarm: Task<Void, Never>?
    private var lastHeard: ContinuousClock.Instant
    /// Longest silence of a server that is there.
    private var heartbeat = Duration.seconds(45)
    private var waiting: [CheckedContinuation<Void, any Error>] = []
    private var requests: [String: Sound.Continuation] = [:]

    init(_ server: UpliftServer, options: CurlTransport.Options = .init(), waits: UpliftServer.Waits = .init()) {
        self.server = server
        self.options = options
        self.waits = waits
        lastHeard = clock.now
    }

    deinit {
        life?.cancel()
        alarm?.cancel()
        try? socket?.send(.text(SocketIOFrame.disconnect(from: Self.namespace)))
        socket?.close()
    }

    /// Speaks `text`, and gives its sound as it comes. Whoever cancels the task stops the server too.
    func speak(_ text: String, _ give: @Sendable (Data) throws -> Void) async throws {
        guard text.count <= UpliftServer.longestText else {
            throw LanguageModelError.refused(status: 413, "the text is longer than \(UpliftServer.longestText) characters")
        }
        var generator = SystemRandomNumberGenerator()
        for attempt in 1... {
            var hasSound = false
            do {
                try await open()
                try Task.checkCancellation()
                let (id, sound) = try begin(text)
                defer { end(id) }
                for try await piece in sound {
                    hasSound = true
                    try give(piece)
                }
                return try Task.checkCancellation()
            } catch let error as LanguageModelError where !hasSound && attempt < waits.tries && error.isLostConnection {
                // Nothing of it was heard, so it can be said anew.
                try await Task.sleep(for: waits.between.delay(failures: attempt, using: &generator))
            }
        }
    }

    /// Connects and signs in, unless that is done. Several may wait for the same connection.
    func open() async throws {
        if stage == .open { return }
        if stage == .closed { connect() }
        try await withCheckedThrowingContinuation { waiting.append($0) }
    }

    // MARK: Requests

    private func begin(_ text: String) throws -> (id: String, sound: Sound) {
        guard let socket else { throw LanguageModelError.cut }
        let id = UUID().uuidString.lowercased()
        let (sound, feed) = Sound.makeStream()
        try send(
            SocketIOFrame.event(
                "synthesize",
                [
                    "type": "synthesize", "requestId": .string(id), "text": .string(text), "voiceId": .string(server.voice),
                    "outputFormat": .string(UpliftServer.format),
                ], to: Self.namespace), on: socket)
        requests[id] = feed
        return (id, sound)
    }

    /// One that is still under way is not wanted any more: the server need not go on.
    private func end(_ id: String) {
        guard let feed = requests.removeValue(forKey: id) else { return }
        feed.finish()
        guard stage == .open, let socket else { return }
        try? send(
            SocketIOFrame.event("cancel", ["type": "cancel", "requestId": .string(id)], to: Self.namespace), on: socket)
    }

    private func send(_ text: String, on socket: CurlWebSocket) throws(LanguageModelError) {
        do throws(WebSocketError) {
            try socket.send(.text(text))
        } catch {
            throw .cut
        }
    }

    // MARK: The connection

    private func connect() {
        stage = .opening
        generation += 1
        life?.cancel()
        let number = generation
        let (address, options, wait) = (server.address(at: Date()), options, waits.connection)
        life = Task { [weak self] in
            do {
                let socket = try await CurlWebSocket.connect(to: address, options: options, timeout: wait)
                await self?.connected(socket, number)
                for try await message in socket.messages {
                    guard let self else { return }
                    if case .text(let text) = message { try await self.take(text, number) }
                }
                await self?.ended(number, .cut)
            } catch {
                await self?.ended(number, Self.judged(error))
            }
        }
    }

    private func connected(_ socket: CurlWebSocket, _ number: Int) {
        guard number == generation, stage == .opening else { return socket.close() }
        self.socket = socket
        lastHeard = clock.now
        expect(within: waits.connection) { await $0.ended(number, .network(.timedOut("Uplift"))) }
    }

    private func take(_ text: String, _ number: Int) throws {
        guard number == generation, let socket else { return }
        lastHeard = clock.now
        switch try SocketIOFrame(text) {
        case .open(let interval, let timeout):
            heartbeat = interval + timeout
            try send(
                SocketIOFrame.connect(to: Self.namespace, with: ["token": .string(server.key.reveal())]), on: socket)
        case .ping(let text): try send(SocketIOFrame.pong(text), on: socket)
        case .connected(Self.namespace) where stage == .opening:
            stage = .joined
            expect(within: waits.ready) { await $0.isReady(number) }
        case .refused(Self.namespace, let message):
            let trouble = UpliftTrouble.error(message, voice: server.voice, key: server.key)
            // Only the key is told with this request.
            if case .reported = trouble { throw LanguageModelError.keyRefused(setting: ConfigurationKey.upliftKey.name) }
            throw trouble
        case .event(Self.namespace, "message", let body): take(body.objectValue ?? [:], number)
        case .disconnected(Self.namespace), .close: throw LanguageModelError.cut
        default: break
        }
    }

    private func take(_ message: [String: JSONValue], _ number: Int) {
        let id = message["requestId"]?.stringValue
        switch message["type"]?.stringValue {
        case "ready": isReady(number)
        case "audio":
            // Of a request that was cancelled something may still come.
            guard let id, let feed = requests[id] else { return }
            guard let sound = message["audio"]?.stringValue.flatMap({ Data(base64Encoded: $0) }) else {
                requests[id] = nil
                return feed.finish(throwing: LanguageModelError.malformed("its sound is not in base64"))
            }
            feed.yield(sound)
        case "audio_end": id.flatMap { requests.removeValue(forKey: $0) }?.finish()
        case "error":
            let trouble = UpliftTrouble.error(
                message["message"]?.stringValue ?? "", code: message["code"]?.stringValue ?? "", voice: server.voice,
                key: server.key)
            for key in id.map({ [$0] }) ?? Array(requests.keys) { requests.removeValue(forKey: key)?.finish(throwing: trouble) }
        default: break
        }
    }

    private func isReady(_ number: Int) {
        guard number == generation, stage == .joined else { return }
        stage = .open
        for waiter in waiting { waiter.resume() }
        waiting = []
        watchPulse(number)
    }

    /// A server that does not ping any more is gone, whatever the network says.
    private func watchPulse(_ number: Int) {
        let left = heartbeat - (clock.now - lastHeard)
        guard left > .zero else { return ended(number, .network(.timedOut("Uplift"))) }
        expect(within: left) { await $0.watchPulse(number) }
    }

    private func expect(within time: Duration, _ otherwise: @escaping @Sendable (UpliftLine) async -> Void) {
        alarm?.cancel()
        alarm = Task { [weak self] in
            do { try await Task.sleep(for: time) } catch { return }
            if let self { await otherwise(self) }
        }
    }

    private func ended(_ number: Int, _ error: LanguageModelError) {
        guard number == generation, stage != .closed else { return }
        stage = .closed
        generation += 1
        alarm?.cancel()
        socket?.close()
        socket = nil
        for waiter in waiting { waiter.resume(throwing: error) }
        waiting = []
        for feed in requests.values { feed.finish(throwing: error) }
        requests = [:]
    }

    private static func judged(_ error: any Error) -> LanguageModelError {
        switch error {
        case let error as LanguageModelError: error
        case WebSocketError.transport(let error): .network(error)
        case WebSocketError.refused(let line) where line.contains(" 401") || line.contains(" 403"):
            .keyRefused(setting: ConfigurationKey.upliftKey.name)
        case WebSocketError.refused(let line): .notTheService(line)
        case let error as WebSocketError: .malformed("\(error)")
        default: .cut
        }
    }
}

extension LanguageModelError {
    /// Whether the connection is at fault, and not what was asked.
    fileprivate var isLostConnection: Bool {
        switch self {
        case .cut, .network(.interrupted): true
        default: false
        }
    }
}
