import Glibc
import Logging
import ServiceLifecycle

/// Tells systemd that the daemon is ready, alive and stopping.
///
/// Each sign of life is earned: it is sent after every check has answered. A check that hangs holds it back, and systemd restarts
/// the daemon.
struct Heartbeat: Service, CustomStringConvertible {
    /// Something that must work for the daemon to count as alive. Throws what is wrong, or does not return.
    typealias Check = @Sendable () async throws -> Void

    /// How often a full socket is tried again, and after which pause: five seconds in all, within the unit's time to stop.
    private static let attempts = 100
    private static let pause = Duration.milliseconds(50)

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
        await insist(.stopping, .status("Stopping"))
    }

    /// Until cancelled.
    private func beat() async {
        var headline = await status()
        await insist(.ready, .status(headline))
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

    /// Says what is said only once. A socket whose queue is full drops a message, and systemd would wait for it until it kills us.
    private func insist(_ lines: NotifySocket.Line...) async {
        var tried = 0
        while true {
            do throws(NotifyError) {
                return try socket.send(lines)
            } catch {
                tried += 1
                guard error.code == EAGAIN, tried < Self.attempts, (try? await clock.sleep(for: Self.pause)) != nil else {
                    return logger.warning("systemd cannot be told", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// A sign of life that is lost is made up for by the next one.
    private func tell(_ lines: NotifySocket.Line...) {
        do {
            try socket.send(lines)
        } catch {
            logger.warning("systemd cannot be told", metadata: ["error": "\(error)"])
        }
    }
}
