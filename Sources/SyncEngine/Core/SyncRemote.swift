import LocalStore

/// The server as the engine sees it. A call that throws may or may not have reached the server: everything the engine sends
/// can be sent again.
package protocol SyncRemote: Sendable {
    func push(_ request: PushRequest) async throws(RemoteError) -> RemoteReply<PushAnswer>

    func pull(_ request: PullRequest) async throws(RemoteError) -> RemoteReply<PullPage>

    func reject(_ request: RejectRequest) async throws(RemoteError) -> RemoteReply<RejectAnswer>

    /// Gets a new access token, although the old one may look valid: the server has just refused it.
    func renewAuthorization() async throws(RemoteError)
}

/// An answer and what it cost on the network.
package struct RemoteReply<Answer: Sendable & Hashable>: Sendable, Hashable {
    package let answer: Answer
    /// Bytes of the bodies as they went over the network, compressed where they were.
    package let bytesUp: Int
    package let bytesDown: Int

    package init(_ answer: Answer, bytesUp: Int = 0, bytesDown: Int = 0) {
        self.answer = answer
        self.bytesUp = bytesUp
        self.bytesDown = bytesDown
    }
}
