import LocalStore
import Logging
import SyncEngine

/// Keeps one person in step with the project as long as the daemon has the store open: signed in or out, online or not.
struct SyncCare: Sendable {
    let store: PersonStore
    let cloud: Cloud
    let logger: Logger

    /// How long files wait for a look when nothing tells that there may be some.
    private static let patience = Duration.seconds(600)

    /// Until cancelled; that is its normal end.
    func run() async throws {
        while !Task.isCancelled {
            // Asked for before looking, so that no change falls between the two.
            let changes = await cloud.sessionChanges(of: store.userID)
            do {
                if try await cloud.isSignedIn(store.userID) {
                    try await keepInStep(until: changes)
                } else {
                    for await _ in changes { break }
                }
            } catch is CancellationError {
                return
            }
        }
    }

    private func keepInStep(until changes: AsyncStream<Void>) async throws {
        let engine = try await cloud.engine(for: store)
        let (hints, hint) = AsyncStream.makeStream(of: SyncHint.self)
        let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                await engine.run(hints: hints)
                return true
            }
            group.addTask {
                do {
                    try await SyncSignals(store: store, cloud: cloud, logger: logger).run { signal in
                        hint.yield(signal)
                        look.yield()
                    }
                } catch let error as AuthError where error.needsLogin {
                    logger.warning(
                        "a login is needed before more is synced",
                        metadata: ["user": "\(store.userID.logForm)", "reason": "\(error)"])
                }
                return false
            }
            group.addTask {
                while true {
                    look.yield()
                    try await Task.sleep(for: Self.patience)
                }
            }
            group.addTask {
                try await carryFiles(looks)
                return false
            }
            group.addTask {
                for await _ in changes { break }
                return true
            }
            defer { group.cancelAll() }
            // The engine goes on without wake-ups; the session's end or another login ends them all.
            while let isOver = try await group.next(), !isOver {}
        }
    }

    /// The files behind attachments, whenever there may be some to carry.
    private func carryFiles(_ looks: AsyncStream<Void>) async throws {
        let queue = try await cloud.attachments(for: store)
        for await _ in looks {
            do {
                let report = try await queue.pass()
                if report.sent + report.received + report.failed > 0 {
                    logger.info(
                        "files were carried",
                        metadata: [
                            "user": "\(store.userID.logForm)", "sent": "\(report.sent)", "received": "\(report.received)",
                            "failed": "\(report.failed)",
                        ])
                }
            } catch let error as AuthError where error.needsLogin {
                return
            }
        }
        try Task.checkCancellation()
    }
}
