/// A call of one of our methods by another participant.
package struct RoomCall: Sendable, Hashable {
    package let caller: String
    package let payload: String
    /// How long the caller waits.
    package let timeLeft: Duration
}

/// Why a call failed, as the protocol tells it to the caller. Codes from 1400 are LiveKit's own; ours are below 1000.
package struct RoomCallFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let code: Int
    package let message: String
    /// For the caller's program to read.
    package let data: String?

    package init(code: Int, message: String, data: String? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// `RpcError` of rpc.proto
    init(_ error: WireReader) {
        self.init(code: error.int(1), message: error.string(2), data: error.has(3) ? error.string(3) : nil)
    }

    package static let unsupportedMethod = RoomCallFailure(code: 1400, message: "Method not supported at destination")
    package static let applicationError = RoomCallFailure(code: 1500, message: "Application error in method handler")
    package static let responseTimeout = RoomCallFailure(code: 1502, message: "Response timeout")
    package static let responsePayloadTooLarge = RoomCallFailure(code: 1504, message: "Response payload too large")

    package var description: String { "\(message) (\(code))" }
}

/// A call that came and has to be answered: `RpcMethodInvocationEvent` of rpc.proto.
struct RoomCallRequest: Sendable {
    let me: UInt64
    let invocation: UInt64
    let method: String
    let call: RoomCall

    init(_ event: WireReader) {
        me = event.number(1)
        invocation = event.number(2)
        method = event.string(3)
        call = RoomCall(
            caller: event.string(5), payload: event.string(6), timeLeft: .milliseconds(min(event.int(7), 600_000)))
    }
}
