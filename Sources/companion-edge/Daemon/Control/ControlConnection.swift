import Logging
import NIOCore

/// One client of the control socket, from its hello to the status of its command.
struct ControlConnection: Sendable {
    let link: ControlLink<ClientMessage, ServerMessage>
    let commands: any CommandServing
    let logger: Logger
    /// How long the client may take to say what it wants.
    let helloDeadline: TimeAmount

    /// Returns when the client is served or gone. Nothing a client does is an error of the daemon.
    func run() async {
        do {
            try await link.withMessages { messages in
                var messages = messages.makeAsyncIterator()
                do {
                    guard let request = try await request(from: &messages) else { return }
                    try await run(request, messages: &messages)
                } catch let error as ControlProtocolError {
                    try await refuse(error)
                }
            }
        } catch {
            logger.debug("a control connection ended early", metadata: ["error": "\(error)"])
        }
    }

    /// What the client wants to have run; `nil` when that is answered already or the client said nothing in time.
    private func request(
        from messages: inout NIOAsyncChannelInboundStream<ClientMessage>.AsyncIterator
    ) async throws -> CommandRequest? {
        let deadline = link.eventLoop.scheduleTask(in: helloDeadline) { [link] in link.close() }
        defer { deadline.cancel() }
        switch try await messages.next() {
        case nil:
            return nil
        case .hello(let hello) where hello.version != ControlProtocol.version:
            try await link.send(.refusal(.otherVersion(hello.version)))
            return nil
        case .hello(let hello):
            if hello.request == nil { try await link.send(.alive) }
            return hello.request
        default:
            throw ControlProtocolError.unexpected("a message before the hello")
        }
    }

    private func run(
        _ request: CommandRequest, messages: inout NIOAsyncChannelInboundStream<ClientMessage>.AsyncIterator
    ) async throws {
        // Without its words: they may be the person's.
        logger.debug("a command was accepted")
        let send: @Sendable (ServerMessage) async throws -> Void = { [link] in try await link.send($0) }
        let input = ClientInput(send: send)
        // The newest are kept: the last signal is always the one to stop.
        let (signals, signal) = AsyncStream.makeStream(of: CommandSignal.self, bufferingPolicy: .bufferingNewest(8))
        defer { signal.finish() }

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let status = await commands.serve(
                    request, input: input, output: ClientOutput(stream: .output, send: send),
                    errors: ClientOutput(stream: .errors, send: send), signals: signals)
                // Ends the reading below, too.
                defer { link.close() }
                try await link.send(.exit(status))
            }
            // A command whose client went away comes to its own end.
            defer {
                input.finish()
                signal.yield(.terminate)
            }
            do {
                while let message = try await messages.next() {
                    if case .signal(let asked) = message { signal.yield(asked) } else { try input.receive(message) }
                }
            } catch let error as ControlProtocolError {
                // Now, while the connection is open: the command's end closes it.
                try await refuse(error)
            }
        }
    }

    private func refuse(_ error: ControlProtocolError) async throws {
        logger.warning("a control connection was refused", metadata: ["error": "\(error)"])
        try await link.send(.refusal(.malformed(error)))
    }
}

extension ControlRefusal {
    static func otherVersion(_ version: Int) -> ControlRefusal {
        ControlRefusal(
            status: .unavailable,
            message:
                "The daemon speaks version \(ControlProtocol.version) of the control protocol, this program version \(version).",
            advice: "One of them is from another release: restart the daemon (systemctl restart companion-edge).")
    }

    static func malformed(_ error: ControlProtocolError) -> ControlRefusal {
        ControlRefusal(
            status: .data, message: "The daemon did not understand: \(error).",
            advice: "Is the program of the same release as the daemon? If not, restart the daemon.")
    }

    static let busy = ControlRefusal(
        status: .temporary, message: "The daemon serves as many commands as it can.", advice: "Try again in a moment.")
}
