import NIOCore

/// One end of a control connection.
struct ControlLink<Inbound: ControlMessage, Outbound: ControlMessage>: Sendable {
    private let channel: NIOAsyncChannel<Inbound, Never>

    /// Adds the framing to a connected channel. Call on the channel's event loop.
    init(on channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(ControlFrameDecoder<Inbound>()),
            MessageToByteHandler(ControlFrameEncoder<Outbound>()),
        ])
        self.channel = try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    var eventLoop: any EventLoop { channel.channel.eventLoop }

    /// Returns when the kernel has the whole message: a peer that reads slowly holds up its own sender, and nothing that was sent is
    /// lost by closing afterwards.
    func send(_ message: Outbound) async throws {
        try await channel.channel.writeAndFlush(message).get()
    }

    /// Ends the connection; whoever receives or sends on it finds out.
    func close() {
        channel.channel.close(promise: nil)
    }

    /// Gives `body` the messages of the peer, and closes when it returns, throws or is cancelled.
    func withMessages<Result: Sendable>(
        _ body: (NIOAsyncChannelInboundStream<Inbound>) async throws -> Result
    ) async throws -> Result {
        try await withTaskCancellationHandler {
            try await channel.executeThenClose(body)
        } onCancel: {
            close()
        }
    }
}
