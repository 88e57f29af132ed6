import NIOCore

/// Cuts the bytes of a connection into messages and refuses what is none, before buffering it.
struct ControlFrameDecoder<Message: ControlMessage>: ByteToMessageDecoder {
    typealias InboundOut = Message

    /// The next message of `buffer`, or `nil` while it is incomplete.
    static func next(from buffer: inout ByteBuffer) throws(ControlProtocolError) -> Message? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        guard length > 0 else { throw .emptyFrame }
        guard length <= ControlProtocol.largestFrame else { throw .frameTooLong(length) }
        guard buffer.readableBytes >= 4 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let kind = buffer.readInteger(as: UInt8.self), let payload = buffer.readSlice(length: Int(length) - 1) else {
            throw .emptyFrame
        }
        return try Message(kind: kind, payload: payload)
    }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let message = try Self.next(from: &buffer) else { return .needMoreData }
        context.fireChannelRead(Self.wrapInboundOut(message))
        return .continue
    }

    /// The other side went away: what is left of a message says nothing.
    func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        try decode(context: context, buffer: &buffer)
    }
}

/// Puts messages into frames.
struct ControlFrameEncoder<Message: ControlMessage>: MessageToByteEncoder {
    typealias OutboundIn = Message

    func encode(data: Message, out: inout ByteBuffer) throws {
        let start = out.writerIndex
        out.writeInteger(UInt32(0))
        out.writeInteger(UInt8(0))
        let kind = try data.encode(into: &out)
        out.setInteger(UInt32(out.writerIndex - start - 4), at: start)
        out.setInteger(kind, at: start + 4)
    }
}
