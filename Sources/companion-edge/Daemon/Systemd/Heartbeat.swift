import Logging
import ServiceLifecycle

/// Tells systemd that the daemon is ready, alive and stopping.
///
/// Each sign of life is earned: it is sent after every check has answered. A check that hangs holds it back, and systemd restarts
/// the daemon.
struct Heartbeat: Service, CustomStringConvertible {
    /// Something that must work for the daemon to count as alive. Throws what is wrong, or does not return.
    typealias Check = @Sendable () async throws -> Void

    let socket: NotifySocket
    /// How often systemd wants to hear; `nil` for never.
    let period: Duration?
    /// Comes once, when the daemon serves.
    let ready: AsyncStream<Void>
    let checks: [Check]
    /// The headline of `systemctl status`.
    let status: @Sendable () async -> String
    let clock: any Clock<Duration>
    let logger: Logger

    var description: String { "heartbeat" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in ready { break }
            if !Task.isCancelled { await beat() }
        }
        try await gracefulShutdown()
        tell(.stopping, .status("Stopping"))
    }

    /// Until cancelled.
    private func beat() async {
        var headline = await status()
        tell(.ready, .status(headline))
        guard let period else { return }
        while true {
            do {
                // Three times as often as asked, so that one late beat is no death.
                try await clock.sleep(for: period / 3)
                for check in checks { try await check() }
                let news = await status()
                if news == headline { tell(.alive) } else { tell(.alive, .status(news)) }
                headline = news
            } catch is CancellationError {
                return
            } catch {
                logger.error("no sign of life to systemd", metadata: ["error": "\(error)"])
            }
        }
    }

    private func tell(_ lines: NotifySocket.Line...) {
        do {
            try socket.send(lines)
        } catch {
            logger.warning("systemd cannot be told", metadata: ["error": "\(error)"])
        }
    }
}
