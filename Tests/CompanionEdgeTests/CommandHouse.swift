import CompanionServices
import Foundation
import LocalStore
import Logging
import TestSupport

@testable import companion_edge

/// A data directory of its own in which a test gives commands as the program would, in this process.
final class CommandHouse: Sendable {
    struct Outcome: Sendable {
        let status: ExitStatus
        let output: String
        let errors: String

        /// Standard output as JSON.
        func json() throws -> JSONValue {
            try JSONDecoder().decode(JSONValue.self, from: Data(output.utf8))
        }
    }

    let folder: TemporaryDirectory
    let clock: ManualWallClock

    init() throws {
        folder = try TemporaryDirectory()
        clock = ManualWallClock("2026-03-10T09:00:00.000Z")
    }

    var dataDirectory: URL { folder.file("data") }

    @discardableResult
    func run(
        _ arguments: String..., input: String = "", typing lines: [TypedLine]? = nil, settings: [String: String] = [:],
        terminal: TerminalFacts = .none
    ) async throws -> Outcome {
        try await run(
            arguments, input: PreparedInput(chunks: [Array(input.utf8)], lines: lines ?? []), settings: settings,
            terminal: lines == nil ? terminal : .everywhere)
    }

    func run(
        _ arguments: [String], input: any CommandInput, output: CollectedOutput = CollectedOutput(),
        settings: [String: String] = [:], terminal: TerminalFacts = .none, signals: AsyncStream<CommandSignal>? = nil
    ) async throws -> Outcome {
        let errors = CollectedOutput()
        var context = try context(settings: settings)
        context.output = output
        context.errors = errors
        context.input = input
        context.terminal = terminal
        if let signals { context.signals = signals }
        let request = CommandRequest(arguments: arguments, workingDirectory: folder.url.path, terminal: terminal)
        let status = await CommandRunner.run(request, in: context)
        try await context.households.release()
        return Outcome(status: status, output: output.text, errors: errors.text)
    }

    /// A context without anybody at the other end.
    func context(settings: [String: String] = [:]) throws -> CommandContext {
        // What else runs on the machine must not answer in the companion's place.
        var environment = ["COMPANION_DATA_DIR": dataDirectory.path, "COMPANION_MODEL_SERVER": "off"]
        environment.merge(settings) { _, given in given }
        let configuration = Configuration(
            lenientlyFrom: ConfigurationSources(
                environment: environment, workingDirectory: folder.url, systemFile: folder.file("none")))
        return CommandContext(
            output: CollectedOutput(), errors: CollectedOutput(), input: PreparedInput(), signals: AsyncStream { $0.finish() },
            terminal: .none, configuration: configuration, workingDirectory: folder.url, clock: clock, logger: .silent,
            households: LocalHousehold(
                configuration: configuration, purpose: "test", patience: .zero, clock: clock, logger: .silent),
            daemon: nil)
    }
}

extension TerminalFacts {
    /// Somebody sits at a terminal without colours.
    static let everywhere = TerminalFacts(
        inputIsTerminal: true, outputIsTerminal: true, errorsAreTerminal: true, colour: false, width: 80)
}

extension JSONValue {
    subscript(key: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[key]
    }

    subscript(index: Int) -> JSONValue? {
        guard case .array(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var count: Int {
        guard case .array(let items) = self else { return 0 }
        return items.count
    }
}
