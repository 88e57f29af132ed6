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

    private func run(program: any AsyncParsableCommand) async -> ExitStatus {
        var program = program
        do {
            try await program.run()
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
        let configuration = try configuration(for: type(of: command), from: sources)
        let terminal = TerminalFacts.ofThisProcess(environment: environment, allowsColour: configuration.allowsColour)
        let files = try OpenFiles(command.files, in: workingDirectory)
        let streams = try ProcessStreams(files: files, terminal: terminal)
        let router = SignalRouter(editor: streams.editor)
        let request = CommandRequest(
            arguments: arguments, workingDirectory: workingDirectory.path, terminal: streams.terminal,
            settings: configuration.personalSettings)
        let context = context(streams: streams, signals: router.signals, configuration: configuration, purpose: arguments.first)
        let status = try await router.routing {
            if let status = try await runInDaemon(command, request: request, context: context) { return status }
            return await runHere(command, in: context)
        }
        try files.finish(keepingOutput: status == .ok)
        return status
    }

    private func configuration(
        for command: any CompanionCommand.Type, from sources: ConfigurationSources
    ) throws -> Configuration {
        command.toleratesProblems ? Configuration(lenientlyFrom: sources) : try Configuration(from: sources)
    }

    private func context(
        streams: ProcessStreams, signals: AsyncStream<CommandSignal>, configuration: Configuration, purpose: String?
    ) -> CommandContext {
        let clock = SystemWallClock()
        let logger = Self.logger(level: configuration.logLevel)
        return CommandContext(
            output: streams.output, errors: streams.errors, input: streams.input, signals: signals, terminal: streams.terminal,
            configuration: configuration, workingDirectory: workingDirectory, clock: clock, logger: logger,
            households: LocalHousehold(
                configuration: configuration, purpose: purpose ?? "chat", clock: clock, logger: logger),
            daemon: nil)
    }

    /// `nil` when the command has to run here.
    private func runInDaemon(
        _ command: any CompanionCommand, request: CommandRequest, context: CommandContext
    ) async throws -> ExitStatus? {
        guard type(of: command).place == .daemonOrHere else { return nil }
        let client = ControlClient(paths: ControlSockets(context.configuration).paths)
        return try await client.run(
            request, input: context.input, output: context.output, errors: context.errors, signals: context.signals)
    }

    private func runHere(_ command: any CompanionCommand, in context: CommandContext) async -> ExitStatus {
        let status = await CommandRunner.run(command, in: context)
        do {
            try await context.households.release()
            return status
        } catch {
            return await show(error)
        }
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
        let output = FileDescriptorOutput(descriptor, thread: WorkThread(name: "output"))
        do {
            try await output.writeLine(text)
            return status
        } catch {
            return status == .ok ? .io : status
        }
    }
}
