import Glibc
import Logging
import NIOCore
import NIOPosix

/// Hands commands to a daemon over its control socket.
struct ControlClient: DaemonConnecting {
    /// The sockets to try, the most particular first.
    let paths: [String]

    func run(
        _ request: CommandRequest, input: any CommandInput, output: any CommandOutput, errors: any CommandOutput,
        signals: AsyncStream<CommandSignal>
    ) async throws -> ExitStatus? {
        for path in paths {
            guard let link = try await connect(to: path) else { continue }
            let relay = ControlRelay(link: link, input: input, output: output, errors: errors)
            return try await relay.run(request, signals: signals)
        }
        return nil
    }

    /// Whether the daemon at the first reachable socket answers.
    func daemonIsAlive() async throws -> Bool {
        for path in paths {
            guard let link = try await connect(to: path) else { continue }
            return try await link.withMessages { messages in
                try await link.send(.hello(ControlHello(version: ControlProtocol.version, request: nil)))
                var answers = messages.makeAsyncIterator()
                // Being refused is a sign of life too.
                return try await answers.next() != nil
            }
        }
        return false
    }

    static let daemonLeft = CommandFailure(
        .unavailable, "The daemon went away before the command was done.",
        advice: "Nobody can say how far it came; look with 'companion-edge status', then give the command again.")

    /// `nil` when nobody listens at `path`, or nobody who would listen to us.
    private func connect(to path: String) async throws -> ControlLink<ServerMessage, ClientMessage>? {
        guard path.utf8.count <= ControlAddress.longestPath else { return nil }
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try ControlLink<ServerMessage, ClientMessage>(on: channel)
                    }
                }
        } catch let error as IOError {
            switch error.errnoCode {
            case ENOENT, ENOTDIR, ECONNREFUSED, EACCES: return nil
            case EAGAIN: throw ControlRefusal.busy.failure
            default: throw CommandFailure(.unavailable, "The daemon's socket '\(path)' cannot be used: \(error)")
            }
        }
    }
}
