import ArgumentParser
import CompanionServices
import Logging

/// Runs command lines against a context; the daemon's control socket and the program's own `main` both end here.
enum CommandRunner {
    /// What a command line turned out to be.
    enum Parsed {
        case command(any CompanionCommand)
        /// A command that is the process itself (`run`).
        case program(any ParsableCommand)
        /// Nothing to run: help, a completion script or a complaint, and the stream it belongs to.
        case text(String, ExitStatus)
    }

    static func parse(_ arguments: [String]) -> Parsed {
        do {
            let command = try CompanionEdge.parseAsRoot(arguments)
            if let command = command as? any CompanionCommand { return .command(command) }
            return .program(command)
        } catch {
            let code = CompanionEdge.exitCode(for: error).rawValue
            return .text(CompanionEdge.fullMessage(for: error), ExitStatus(rawValue: code))
        }
    }

    /// Runs the request to its end. Errors become text on `context.errors` and a status; nothing is thrown.
    static func run(_ request: CommandRequest, in context: CommandContext) async -> ExitStatus {
        switch parse(request.arguments) {
        case .command(let command):
            return await run(command, in: context)
        case .program:
            return await report(CommandFailure(.usage, "This command cannot be handed to the daemon."), in: context)
        case .text(let text, let status):
            do {
                try await (status == .ok ? context.output : context.errors).writeLine(text)
                return status
            } catch {
                return .io
            }
        }
    }

    /// Runs one command to its end, like `run(_:in:)` for a request.
    static func run(_ command: any CompanionCommand, in context: CommandContext) async -> ExitStatus {
        var command = command
        do {
            return try await command.execute(in: context)
        } catch {
            return await report(error, in: context)
        }
    }

    private static func report(_ error: any Error, in context: CommandContext) async -> ExitStatus {
        let failure = CommandFailure(describing: error)
        // The reader of our output left (`… | head`): that is its choice and needs no words.
        if let closed = error as? OutputClosed, closed.isClosedPipe { return failure.status }
        do {
            try await context.errors.writeLine("companion-edge: \(failure)")
        } catch {
            context.logger.debug("standard error is closed", metadata: ["error": "\(error)"])
        }
        return failure.status
    }
}

extension CommandFailure {
    /// The sentence and status for any error that left a command.
    init(describing error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case is CancellationError: self.init(.interrupted, "Interrupted.")
        case let error as ConfigurationError:
            self.init(.configuration, "\(error)", advice: "'companion-edge config example' explains every setting.")
        case let error as OutputClosed: self.init(.io, "\(error)")
        default: self.init(.failure, "\(error)")
        }
    }
}
