import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Listens on the control sockets and gives each client a task of its own.
struct ControlServer: Service, CustomStringConvertible {
    /// Clients served at once; more are told to come again, so that descriptors for stores and files remain.
    static let mostConnections = 256

    /// A socket file that the daemon makes (mode 0600), and removes when it stops.
    let path: String
    /// Listening sockets made by somebody else: systemd's socket activation.
    let inherited: [Int32]
    let commands: any CommandServing
    let logger: Logger
    /// How long a client may take to say what it wants. Long, because a busy machine may take its time on both sides, and only who
    /// may use the daemon can hold a place.
    var helloDeadline = TimeAmount.minutes(1)
    /// Called once all sockets listen.
    let onListening: @Sendable () -> Void

    var description: String { "control server" }

    private typealias Listener = NIOAsyncChannel<any Channel, Never>

    /// Serves until graceful shutdown: then nobody new is accepted, the clients that are there are served to their end.
    func run() async throws {
        let listeners = try await listen()
        defer { unlink(path) }
        onListening()
        logger.info("listening", metadata: ["socket": "\(path)", "inherited": "\(inherited.count)"])
        let connections = Connections()
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for listener in listeners {
                    group.addTask { try await accept(from: listener, connections) }
                }
                try await group.waitForAll()
            }
        } onGracefulShutdown: {
            // What is already accepted stays in the listener's stream and is served.
            for listener in listeners { listener.channel.close(promise: nil) }
        }
    }

    private func accept(from listener: Listener, _ connections: Connections) async throws {
        try await listener.executeThenClose { clients in
            try await withThrowingDiscardingTaskGroup { group in
                for try await client in clients {
                    group.addTask {
                        let place = connections.enter()
                        defer { connections.leave() }
                        await serve(client, isOneTooMany: place > Self.mostConnections)
                    }
                }
            }
        }
    }

    private func serve(_ client: any Channel, isOneTooMany: Bool) async {
        do {
            let link = try await client.eventLoop.submit { try ControlLink<ClientMessage, ServerMessage>(on: client) }.get()
            guard !isOneTooMany else { return try await link.withMessages { _ in try await link.send(.refusal(.busy)) } }
            try await client.setOption(.autoRead, value: true).get()
            await ControlConnection(link: link, commands: commands, logger: logger, helloDeadline: helloDeadline).run()
        } catch {
            logger.debug("a client left before it was served", metadata: ["error": "\(error)"])
            client.close(promise: nil)
        }
    }

    private func listen() async throws -> [Listener] {
        // Clients are read from only once their task has the framing in place.
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.autoRead, value: false)
        let address = try ControlAddress(path: path)
        // The caller holds the writer lock, so a socket file that is there belongs to nobody.
        var listeners = [
            try await bootstrap.bind(unixDomainSocketPath: address.path, cleanupExistingSocketFile: true) { client in
                client.eventLoop.makeSucceededFuture(client)
            }
        ]
        guard chmod(address.path, 0o600) == 0 else { throw ControlSocketError(path: path, code: errno) }
        for descriptor in inherited {
            listeners.append(
                try await bootstrap.bind(descriptor) { client in client.eventLoop.makeSucceededFuture(client) })
        }
        return listeners
    }
}

/// How many clients there are.
private final class Connections: Sendable {
    private let count = Mutex(0)

    func enter() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }

    func leave() {
        count.withLock { $0 -= 1 }
    }
}

/// The control socket cannot be made.
struct ControlSocketError: Error, Sendable, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "The control socket '\(path)' cannot be made: \(String(cString: strerror(code)))." }
}
