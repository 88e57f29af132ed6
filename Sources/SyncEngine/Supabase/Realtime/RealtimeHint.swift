import Logging
import Networking

/// A connection that carries messages both ways; ``CurlWebSocket`` in earnest.
package protocol MessageSocket: Sendable {
    /// Ends when the connection does. One reader.
    var messages: AsyncThrowingStream<WebSocketMessage, any Error> { get }
    func send(_ message: WebSocketMessage) throws(WebSocketError)
    func close(code: UInt16)
}

extension CurlWebSocket: MessageSocket {}

/// Listens for the wake-up messages of one account's topic.
///
/// What comes is only ever a hint that asking now may be worth it; nothing depends on its arrival. Messages that were sent while
/// nobody listened are gone, so asking is worth it after each join as well, and once more a little later: what was committed
/// just before the join may have been sent just before it too.
package struct RealtimeHint: Sendable {
    package typealias Connect = @Sendable (_ url: String) async throws -> any MessageSocket

    /// The server wants to hear from us within 60 seconds.
    static let heartbeat = Duration.seconds(25)
    static let secondLook = Duration.seconds(3)

    private let project: SupabaseProject
    private let keeper: SessionKeeper
    private let connect: Connect
    private let retry: RetryPolicy
    private let clock: any Clock<Duration>
    private let logger: Logger

    package init(
        project: SupabaseProject, keeper: SessionKeeper, connect: @escaping Connect,
        retry: RetryPolicy = RetryPolicy(base: .seconds(1), cap: .seconds(120)), clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.project = project
        self.keeper = keeper
        self.connect = connect
        self.retry = retry
        self.clock = clock
        self.logger = logger
    }

    /// Until cancelled, or until only a new login can help. `hint` must not block.
    package func run(hint: @escaping @Sendable () -> Void) async throws {
        var failures = 0
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            var hasJoined = false
            do {
                try await listen(hint: hint) { hasJoined = true }
            } catch is CancellationError {
                throw CancellationError()
            } catch let error as AuthError where error.needsLogin {
                throw error
            } catch {
                logger.debug("no wake-up messages for now", metadata: ["error": "\(error)"])
            }
            failures = hasJoined ? 1 : failures + 1
            try await clock.sleep(for: retry.delay(failures: failures, using: &generator))
        }
    }

    /// One connection, from its beginning to its end.
    private func listen(hint: @escaping @Sendable () -> Void, joined: () -> Void) async throws {
        let token = try await keeper.token()
        let socket = try await connect(Self.address(of: project))
        defer { socket.close(code: 1000) }
        var channel = PhoenixChannel(topic: "sync:\(keeper.account)")
        try socket.send(.text(channel.join(token: token)))
        var last = token
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            let (events, feed) = AsyncStream.makeStream(of: Event.self)
            group.addTask {
                do {
                    for try await message in socket.messages {
                        if case .text(let text) = message { feed.yield(.text(text)) }
                    }
                    feed.yield(.ended("the server hung up"))
                } catch {
                    feed.yield(.ended("\(error)"))
                }
            }
            group.addTask { [clock] in
                while true {
                    try await clock.sleep(for: Self.heartbeat)
                    feed.yield(.beat)
                }
            }
            for await event in events {
                switch event {
                case .ended(let why): throw RealtimeError.closed(why)
                case .beat:
                    guard let beat = channel.heartbeat() else { throw RealtimeError.closed("no answer to a heartbeat") }
                    try socket.send(.text(beat))
                    let current = try await keeper.token()
                    if current != last {
                        last = current
                        try socket.send(.text(channel.renew(token: current)))
                    }
                case .text(let text):
                    switch channel.receive(text) {
                    case .joined:
                        joined()
                        hint()
                        group.addTask { [clock] in
                            try await clock.sleep(for: Self.secondLook)
                            hint()
                        }
                    case .broadcast: hint()
                    case .refused(let why): throw RealtimeError.refused(why)
                    case .nothing: break
                    }
                }
            }
            try Task.checkCancellation()
        }
    }

    private enum Event: Sendable {
        case text(String)
        case beat
        case ended(String)
    }

    /// How the real server is reached. Its messages are small, so large ones are refused.
    package static func connecting(_ options: CurlTransport.Options) -> Connect {
        { url in
            try await CurlWebSocket.connect(to: url, options: options, timeout: .seconds(15), messageLimit: 256 << 10)
        }
    }

    /// `https://…` becomes `wss://…/realtime/v1/websocket`.
    static func address(of project: SupabaseProject) -> String {
        // `http` becomes `ws`, and `https` with it `wss`.
        let socket = "ws" + project.address.dropFirst(4)
        return "\(socket)/realtime/v1/websocket?apikey=\(project.key.reveal())&vsn=1.0.0"
    }
}

/// Why no wake-up messages come; always temporary.
enum RealtimeError: Error, Equatable, CustomStringConvertible {
    case refused(String)
    case closed(String)

    var description: String {
        switch self {
        case .refused(let why): "The project's Realtime service refuses the topic: \(why)."
        case .closed(let why): "The connection to the project's Realtime service is gone: \(why)."
        }
    }
}
