import Logging

extension LiveKitRoom {
    /// Attributes of ours that somebody waits for to be seen in the room.
    struct AttributeWatch {
        let wanted: [String: String]
        /// Finished when they are.
        let seen: AsyncStream<Void>.Continuation
    }

    /// Lays these over our attributes; an empty value takes one away. Out of the room they are set when it is entered.
    package func setAttributes(_ attributes: [String: String]) async throws(LiveKitError) {
        let all = self.attributes.merging(attributes) { _, new in new }
        try RoomRules.check(attributes: all)
        self.attributes = all
        try await showNow(attributes)
    }

    func restoreAttributes() async {
        guard !attributes.isEmpty else { return }
        do {
            try await showNow(attributes)
        } catch {
            logger.error("attributes could not be set again", metadata: ["error": "\(error)"])
        }
    }

    /// Done when the server says so, or when the room sees them, whichever is first: the library looks out for the server's answer
    /// only after it has asked, misses one that is quick, and gives up after five seconds.
    private func showNow(_ attributes: [String: String]) async throws(LiveKitError) {
        guard let stay else { return }
        let (changes, seen) = AsyncStream.makeStream(of: Void.self)
        lastWatch += 1
        let number = lastWatch
        watches[number] = AttributeWatch(wanted: attributes, seen: seen)
        defer { watches[number] = nil }
        let answer = await withTaskGroup(of: Result<WireReader, LiveKitError>?.self) { [library] group in
            group.addTask {
                do throws(LiveKitError) {
                    return .success(try await library.call(.setAttributes(attributes, me: stay.me.id)))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                for await _ in changes {}
                return Task.isCancelled ? .failure(LiveKitError(.notConnected, "It was given up before the room saw it.")) : nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        // They may have been so all the time; nothing changes then.
        guard let answer, !hold(attributes) else { return }
        try succeed(try answer.get())
    }

    /// What the room sees of ourselves has changed.
    func noteOwnAttributes() {
        for watch in watches.values where hold(watch.wanted) { watch.seen.finish() }
    }

    private func hold(_ wanted: [String: String]) -> Bool {
        guard let known = stay?.myself.attributes else { return false }
        return wanted.allSatisfy { known[$0.key] ?? "" == $0.value }
    }
}
