import CompanionServices
import Foundation
import LocalStore
import Logging
import ServiceLifecycle

/// Runs the commands of clients inside the daemon, with its stores and the client's streams.
struct DaemonCommands: CommandServing {
    let configuration: Configuration
    let households: any HouseholdProviding
    let facts: DaemonFacts
    let clock: any WallClock
    let logger: Logger

    func serve(
        _ request: CommandRequest, input: any CommandInput, output: any CommandOutput, errors: any CommandOutput,
        signals: AsyncStream<CommandSignal>
    ) async -> ExitStatus {
        let handlesSignals = CommandRunner.parse(request.arguments).handlesSignals
        let (merged, merge) = AsyncStream.makeStream(of: CommandSignal.self, bufferingPolicy: .bufferingNewest(8))
        let context: CommandContext
        do {
            context = CommandContext(
                output: output, errors: errors, input: input, signals: merged, terminal: request.terminal,
                configuration: try configuration.applying(personal: request.settings),
                workingDirectory: URL(filePath: request.workingDirectory, directoryHint: .isDirectory), clock: clock,
                logger: logger, households: households, daemon: facts)
        } catch {
            return await refuse(error, on: errors)
        }
        return await withGracefulShutdownHandler {
            await withTaskGroup(of: ExitStatus?.self) { group in
                group.addTask { await CommandRunner.run(request, in: context) }
                group.addTask {
                    for await signal in signals { merge.yield(signal) }
                    return nil
                }
                defer { group.cancelAll() }
                for await status in group {
                    if let status { return status }
                }
                return .software
            }
        } onGracefulShutdown: {
            // A conversation would go on for ever; any other command finishes what it was given.
            if handlesSignals { merge.yield(.terminate) }
        }
    }

    private func refuse(_ error: any Error, on errors: any CommandOutput) async -> ExitStatus {
        let failure = CommandFailure(describing: error)
        do {
            try await errors.writeLine("companion-edge: \(failure)")
        } catch {
            logger.debug("a client left before it was told", metadata: ["error": "\(error)"])
        }
        return failure.status
    }
}

extension CommandRunner.Parsed {
    fileprivate var handlesSignals: Bool {
        guard case .command(let command) = self else { return false }
        return type(of: command).handlesSignals
    }
}
