import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import TestSupport

@testable import companion_edge

/// A server for tests that runs `script` instead of real commands.
struct ScriptedCommands: CommandServing {
    typealias Script =
        @Sendable (CommandRequest, any CommandInput, any CommandOutput, any CommandOutput, AsyncStream<CommandSignal>)
        async throws
        -> ExitStatus

    let script: Script

    func serve(
        _ request: CommandRequest, input: any CommandInput, output: any CommandOutput, errors: any CommandOutput,
        signals: AsyncStream<CommandSignal>
    ) async -> ExitStatus {
        do {
            return try await script(request, input, output, errors, signals)
        } catch {
            return .software
        }
    }
}

/// Runs a control server in a folder of its own while `body` talks to it, then shuts it down as SIGTERM would.
func withControlServer<Result: Sendable>(
    inherited: [Int32] = [], helloDeadline: TimeAmount = .hours(1), script: @escaping ScriptedCommands.Script,
    _ body: @Sendable (String, ServiceGroup) async throws -> Result
) async throws -> Result {
    let folder = try TemporaryDirectory()
    let path = folder.file("control.sock").path
    let (listening, isListening) = AsyncStream.makeStream(of: Void.self)
    let logger = Logger.silent
    let server = ControlServer(
        path: path, inherited: inherited, commands: ScriptedCommands(script: script), logger: logger,
        helloDeadline: helloDeadline, onListening: { isListening.yield() })
    let group = ServiceGroup(services: [server], logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { isListening.finish() }
            try await group.run()
        }
        for await _ in listening { break }
        let result = try await body(path, group)
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return result
    }
}

/// Collects what is written to it.
final class CollectedOutput: CommandOutput {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func write(_ bytes: [UInt8]) async throws {
        collected.withLock { $0 += bytes }
    }
}

/// Gives what it was made with, then the end.
final class PreparedInput: CommandInput {
    private let chunks: Mutex<[[UInt8]]>
    private let lines: Mutex<[TypedLine]>
    let prompts = Mutex<[String]>([])
    let interjections = Mutex<[String]>([])

    init(chunks: [[UInt8]] = [], lines: [TypedLine] = []) {
        self.chunks = Mutex(chunks)
        self.lines = Mutex(lines)
    }

    func read() async throws -> [UInt8]? {
        chunks.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    func line(prompt: String) async throws -> TypedLine {
        prompts.withLock { $0.append(prompt) }
        return lines.withLock { $0.isEmpty ? .end : $0.removeFirst() }
    }

    func secret(prompt: String) async throws -> TypedLine { try await line(prompt: prompt) }

    func interject(_ text: String) async throws {
        interjections.withLock { $0.append(text) }
    }
}

/// Input that never comes.
struct SilentInput: CommandInput {
    func read() async throws -> [UInt8]? {
        try await forever()
        return nil
    }

    func line(prompt: String) async throws -> TypedLine {
        try await forever()
        return .end
    }

    func secret(prompt: String) async throws -> TypedLine { try await line(prompt: prompt) }

    func interject(_ text: String) async throws {}

    private func forever() async throws {
        let (nothing, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in nothing {}
        throw CancellationError()
    }
}

/// No signal ever.
func noSignals() -> AsyncStream<CommandSignal> {
    AsyncStream { _ in }
}

/// A connection without our protocol, closed when `body` returns.
func withPlainConnection<Result: Sendable>(
    to path: String,
    _ body: (inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws
        ->
        Result
) async throws -> Result {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(unixDomainSocketPath: path) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        var inbound = inbound.makeAsyncIterator()
        return try await body(&inbound, outbound)
    }
}

/// Sends exactly these bytes and collects what comes back until the server closes.
func exchange(_ bytes: [UInt8], path: String) async throws -> [ServerMessage] {
    try await withPlainConnection(to: path) { inbound, outbound in
        try await outbound.write(ByteBuffer(bytes: bytes))
        var received = ByteBuffer()
        while let part = try await inbound.next() { received.writeImmutableBuffer(part) }
        var messages: [ServerMessage] = []
        while let message: ServerMessage = try ControlFrameDecoder.next(from: &received) { messages.append(message) }
        return messages
    }
}

/// The frame of a message.
func frame(_ message: ClientMessage) throws -> [UInt8] {
    var buffer = ByteBuffer()
    try ControlFrameEncoder<ClientMessage>().encode(data: message, out: &buffer)
    return Array(buffer: buffer)
}

func request(_ arguments: String...) -> CommandRequest {
    CommandRequest(arguments: arguments, workingDirectory: "/", terminal: .none)
}
