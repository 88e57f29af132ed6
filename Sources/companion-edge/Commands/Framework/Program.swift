import ArgumentParser
import CompanionServices
import Foundation
import LocalStore
import Logging

/// The process: reads the command line, and runs the command in the daemon or here.
struct Program {
    private let environment: [String: String]
    private let workingDirectory: URL

    init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        workingDirectory: URL = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    ) {
        self.environment = environment
        self.workingDirectory = workingDirectory
    }

    func run(_ arguments: [String]) async -> ExitStatus {
        switch CommandRunner.parse(arguments) {
        case .text(let text, let status):
            return await show(text, status: status)
        case .program(let command):
            return await run(program: command)
        case .command(let command):
            do {
                return try await run(command, arguments: arguments)
            } catch {
                return await show(error)
            }
        }
    }

    /// The settings of this process.
    func configurationSources(dataDirectory: String?) -> ConfigurationSources {
        var commandLine: [String: String] = [:]
        commandLine[ConfigurationKey.dataDirectory.name] = dataDirectory
        return ConfigurationSources(commandLine: commandLine, environment: environment, workingDirectory: workingDirectory)
    }

    // MARK: A command that is the process itself

    private func run(program: any ParsableCommand) async -> ExitStatus {
        do {
            if var program = program as? any AsyncParsableCommand {
                try await program.run()
            } else {
                var program = program
                try program.run()
            }
            return .ok
        } catch let code as ExitCode {
            return ExitStatus(rawValue: code.rawValue)
        } catch let error where CompanionEdge.exitCode(for: error) == .success {
            return await show(CompanionEdge.fullMessage(for: error), status: .ok)
        } catch {
            return await show(error)
        }
    }

    // MARK: A command in the daemon or here

    private func run(_ command: any CompanionCommand, arguments: [String]) async throws -> ExitStatus {
        let sources = configurationSources(dataDirectory: command.shared.dataDirectory)
        let kind = type(of: command)
        let configuration =
            kind.toleratesProblems ? Configuration(lenientlyFrom: sources) : try Configuration(from: sources)
        let terminal = TerminalFacts.ofThisProcess(environment: environment, allowsColour: configuration.allowsColour)
        let files = try OpenFiles(command.files, in: workingDirectory)
        let streams = try ProcessStreams(files: files, terminal: terminal, history: nil)
        let signals = SignalRouter(editor: streams.editor)

        let request = CommandRequest(
            arguments: arguments, workingDirectory: workingDirectory.path, terminal: streams.terminal,
            settings: configuration.personalSettings)
        let households = LocalHousehold(root: configuration.dataDirectory, purpose: arguments.first ?? "chat")
        let context = CommandContext(
            output: streams.output, errors: streams.errors, input: streams.input, signals: signals.forCommand,
            terminal: streams.terminal, configuration: configuration, workingDirectory: workingDirectory,
            clock: SystemWallClock(), logger: Self.logger(level: configuration.logLevel), households: households, daemon: nil)

        let status = await signals.cancelling(unless: kind.handlesSignals) {
            await run(command, request: request, in: context)
        }
        await households.close(reportingTo: context)
        try files.finish(keepingOutput: status == .ok)
        return status
    }

    private func run(_ command: any CompanionCommand, request: CommandRequest, in context: CommandContext) async -> ExitStatus {
        await CommandRunner.run(command, in: context)
    }

    private static func logger(level: Logger.Level) -> Logger {
        var logger = Logger(label: "companion-edge") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    // MARK: Text that no command wrote

    private func show(_ error: any Error) async -> ExitStatus {
        let failure = CommandFailure(describing: error)
        return await show("companion-edge: \(failure)", status: failure.status)
    }

    private func show(_ text: String, status: ExitStatus) async -> ExitStatus {
        let descriptor = status == .ok ? STDOUT_FILENO : STDERR_FILENO
        let output = FileDescriptorOutput(descriptor, thread: BlockingThread(name: "output"))
        do {
            try await output.writeLine(text)
            return status
        } catch {
            return status == .ok ? .io : status
        }
    }
}
