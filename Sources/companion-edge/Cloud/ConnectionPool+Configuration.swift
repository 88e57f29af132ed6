import CompanionServices
import LocalStore
import Networking
import ServiceLifecycle

extension ConnectionPool {
    /// For this device. Nothing is opened or asked yet.
    convenience init(_ configuration: Configuration, clock: any WallClock) {
        self.init(
            options: .init(
                certificateAuthorities: configuration.authorities, userAgent: "companion-edge/\(ProgramVersion.text)"),
            wallClock: clock)
    }
}

/// Asks the services of this device every five minutes whether they are there, while the daemon lives.
struct ServiceWatch: Service, CustomStringConvertible {
    let pool: ConnectionPool

    var description: String { "service watch" }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await pool.watch() }
        } catch is CancellationError {
            return
        }
    }
}
