import NIOCore

/// The client's half of a command in the daemon: passes output on, answers questions for input, forwards signals.
struct ControlRelay: Sendable {
    let link: ControlLink<ServerMessage, ClientMessage>
    let input: any CommandInput
    let output: any CommandOutput
    let errors: any CommandOutput

    /// Returns the command's status. Throws ``ControlClient/daemonLeft`` if the connection ends before there is one, and whatever
    /// the caller's own streams throw.
    func run(_ request: CommandRequest, signals: AsyncStream<CommandSignal>) async throws -> ExitStatus {
        do {
            return try await link.withMessages { messages in
                try await link.send(.hello(ControlHello(version: ControlProtocol.version, request: request)))
                return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
                    defer { group.cancelAll() }
                    let (questions, ask) = AsyncStream.makeStream(of: ServerMessage.self)
                    group.addTask {
                        for await signal in signals { try await sendUnlessOver(.signal(signal)) }
                        return nil
                    }
                    // Beside the output, because a person may take long to answer.
                    group.addTask {
                        for await question in questions { try await sendUnlessOver(try await answer(to: question)) }
                        return nil
                    }
                    group.addTask {
                        defer { ask.finish() }
                        return try await passOn(messages, questions: ask)
                    }
                    for try await status in group {
                        if let status { return status }
                    }
                    throw ControlClient.daemonLeft
                }
            }
        } catch let error as ControlProtocolError {
            throw CommandFailure(.unavailable, "The daemon's answer cannot be understood: \(error).")
        } catch is IOError {
            throw ControlClient.daemonLeft
        } catch is ChannelError {
            throw ControlClient.daemonLeft
        }
    }

    /// Passes on what the command says until it is over.
    private func passOn(
        _ messages: NIOAsyncChannelInboundStream<ServerMessage>, questions: AsyncStream<ServerMessage>.Continuation
    ) async throws -> ExitStatus {
        for try await message in messages {
            switch message {
            case .output(let bytes): try await output.write(Array(buffer: bytes))
            case .errors(let bytes): try await errors.write(Array(buffer: bytes))
            case .interject(let text): try await input.interject(text)
            case .recall(let lines): try await input.recall(lines)
            case .read, .line, .secret: questions.yield(message)
            case .exit(let status): return status
            case .refusal(let refusal): throw refusal.failure
            case .alive: throw ControlProtocolError.unexpected("a sign of life")
            }
        }
        throw ControlClient.daemonLeft
    }

    /// The command may end while something is on its way to it. Then the daemon's last message, read elsewhere, says how.
    private func sendUnlessOver(_ message: ClientMessage) async throws {
        do {
            try await link.send(message)
        } catch is IOError {
            return
        } catch is ChannelError {
            return
        }
    }

    private func answer(to question: ServerMessage) async throws -> ClientMessage {
        do {
            if case .line(let prompt) = question { return .line(try await input.line(prompt: prompt)) }
            if case .secret(let prompt) = question { return .line(try await input.secret(prompt: prompt)) }
            return .input(try await input.read().map { ByteBuffer(bytes: $0) })
        } catch let error as CancellationError {
            throw error
        } catch {
            return .inputFailed("\(error)")
        }
    }
}
