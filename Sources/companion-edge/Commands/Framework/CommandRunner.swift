import ArgumentParser
import Logging

/// Runs command lines against a context; the daemon's control socket and the program's own `main` both end here.
enum CommandRunner {
    /// What a command line turned out to be.
    enum Parsed {
        case command(any CompanionCommand)
        /// A command that is the process itself (`run`).
        case program(any AsyncParsableCommand)
        /// Nothing to run: help, a completion script or a complaint, and the stream it belongs to.
        case text(String, ExitStatus)
    }

    static func parse(_ arguments: [String]) -> Parsed {
        if let complaint = unknownCommand(arguments) { return .text(complaint, .usage) }
        do {
            var command = try CompanionEdge.parseAsRoot(arguments)
            if let command = command as? any CompanionCommand { return .command(command) }
            if let program = command as? any AsyncParsableCommand { return .program(program) }
            // What is left only shows help, which it does by throwing it.
            try command.run()
            return .text("", .ok)
        } catch {
            let code = CompanionEdge.exitCode(for: error).rawValue
            return .text(CompanionEdge.fullMessage(for: error), ExitStatus(rawValue: code))
        }
    }

    /// `chat` is meant when no command is named, so a mistyped one would be taken for something said.
    private static func unknownCommand(_ arguments: [String]) -> String? {
        guard let word = arguments.first, !word.hasPrefix("-") else { return nil }
        let names = CompanionEdge.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard !names.contains(word) else { return nil }
        return """
            Error: '\(PrintableText.oneLine(word))' is not a command. The commands are: \(names.joined(separator: ", ")).
            To say something to the companion, use 'companion-edge chat' with the words in quotes.
            """
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

    /// Runs one command to its end, like `run(_:in:)` for a request. A signal cancels it, unless it handles signals itself.
    static func run(_ command: any CompanionCommand, in context: CommandContext) async -> ExitStatus {
        if type(of: command).handlesSignals { return await execute(command, in: context) }
        return await withTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { await execute(command, in: context) }
            group.addTask { [signals = context.signals] in
                for await signal in signals { return signal == .interrupt ? .interrupted : .terminated }
                return nil
            }
            var first: ExitStatus?
            for await status in group {
                guard let status else { continue }
                // The first to come decides; the command's own "interrupted" only says that it was stopped.
                first = first ?? status
                group.cancelAll()
            }
            return first ?? .software
        }
    }

    private static func execute(_ command: any CompanionCommand, in context: CommandContext) async -> ExitStatus {
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
