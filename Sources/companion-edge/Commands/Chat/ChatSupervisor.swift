import CompanionServices
import LocalStore
import Logging

/// Runs a conversation with what goes on beside it: signals from outside, and reminders that come due.
struct ChatSupervisor {
    let context: CommandContext
    let household: Household
    let companion: PersonCompanion

    /// Runs `conversation` to its end, whatever it is. The daemon announces by itself; without one we do.
    func run<Outcome: Sendable>(
        _ conversation: @escaping @Sendable (ChatSteps) async throws -> Outcome,
        announcing announce: @escaping AnnouncementBoard.Listener
    ) async -> Result<Outcome, any Error> {
        let steps = ChatSteps()
        let announcer = context.daemon == nil ? makeAnnouncer() : nil
        return await withTaskGroup(of: Result<Outcome, any Error>?.self) { group in
            group.addTask { [household, companion] in
                do {
                    return .success(
                        try await household.board.listening(for: companion.store.userID, with: announce) {
                            try await conversation(steps)
                        })
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { [signals = context.signals] in
                for await signal in signals {
                    switch signal {
                    case .interrupt: steps.interrupt()
                    case .terminate: steps.terminate()
                    }
                }
                return nil
            }
            if let announcer {
                group.addTask { [logger = context.logger] in
                    do {
                        try await announcer.run()
                    } catch is CancellationError {
                        // The conversation is over.
                    } catch {
                        logger.error("reminders cannot be announced", metadata: ["error": "\(error)"])
                    }
                    return nil
                }
            }
            // The daemon does it by itself; without models the end of the conversation is soon enough.
            if context.daemon == nil, companion.mind.ladder != nil {
                group.addTask { [worker = companion.mind.worker, logger = context.logger] in
                    do {
                        try await worker.run()
                    } catch {
                        logger.warning("background work is left for later", metadata: ["error": "\(error)"])
                    }
                    return nil
                }
            }
            var outcome: Result<Outcome, any Error> = .failure(CancellationError())
            for await result in group {
                guard let result else { continue }
                outcome = result
                group.cancelAll()
            }
            return outcome
        }
    }

    /// `nil` where the kernel has no alarm for us; the conversation is possible all the same.
    private func makeAnnouncer() -> ReminderAnnouncer? {
        do {
            return ReminderAnnouncer(
                store: companion.store, board: household.board, alarm: try KernelAlarm(), clock: context.clock,
                elapsed: elapsedSinceStart(), logger: context.logger)
        } catch {
            context.logger.error("reminders cannot be announced", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
