import Foundation
import Logging

extension LiveKitRoom {
    /// Sends a data message.
    /// - Parameters:
    ///   - isReliable: whether it is sent again until it arrives, and in order.
    ///   - to: identities; everybody when empty.
    /// - Throws: ``LiveKitError`` tooLarge, notConnected, refused, timedOut.
    package func send(_ bytes: [UInt8], topic: String, isReliable: Bool = true, to: [String] = []) async throws(LiveKitError) {
        guard bytes.count <= RoomLimits.longestData else {
            throw LiveKitError(.tooLarge, "A data message carries \(RoomLimits.longestData) bytes, not \(bytes.count).")
        }
        let me = try present()
        // The library copies them while the request is made; they stay until the answer, which is later.
        let lent = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        defer { lent.deallocate() }
        lent.copyBytes(from: bytes)
        let content = UnsafeRawBufferPointer(rebasing: lent[..<bytes.count])
        try succeed(await library.call(.data(content, topic: topic, isReliable: isReliable, to: to, me: me)))
        counter.add(\.dataSent)
    }

    /// Sends a whole text.
    /// - Returns: the stream's id.
    @discardableResult
    package func sendText(_ text: String, _ options: RoomStreamOptions) async throws(LiveKitError) -> String {
        try RoomRules.check(options, length: text.utf8.count)
        return try await sent(.sendText(text, options, me: try present()))
    }

    /// Sends bytes under a name.
    @discardableResult
    package func sendBytes(_ bytes: [UInt8], _ options: RoomStreamOptions) async throws(LiveKitError) -> String {
        try RoomRules.check(options, length: bytes.count)
        return try await sent(.sendBytes(bytes, options, me: try present()))
    }

    /// Sends what is in a file. The library reads it.
    @discardableResult
    package func sendFile(_ path: String, _ options: RoomStreamOptions) async throws(LiveKitError) -> String {
        try RoomRules.check(options, length: 0)
        return try await sent(.sendFile(path, options, me: try present()))
    }

    /// Begins a text that grows.
    package func openText(_ options: RoomStreamOptions) async throws(LiveKitError) -> RoomTextWriter {
        try RoomRules.check(options, length: 0)
        let answer = try await library.call(.openText(options, me: try present()))
        if answer.has(3) { throw LiveKitError(.refused, "The room takes no text: \(answer[3].string(1)).") }
        guard let writer = library.own(answer[2]) else { throw LiveKitError(.refused, "The room takes no text.") }
        counter.add(\.dataSent)
        return RoomTextWriter(id: answer[2][2].string(1), writer, of: library)
    }

    private func sent(_ request: LiveKitRequest) async throws(LiveKitError) -> String {
        let answer = try await library.call(request, within: .seconds(60))
        if answer.has(3) { throw LiveKitError(.refused, "The room does not take it: \(answer[3].string(1)).") }
        counter.add(\.dataSent)
        return answer[2].string(1)
    }

    // MARK: Calls

    /// Answers a method from now on, in this stay and all that follow.
    package func register(_ method: String, _ answer: @escaping Answering) {
        methods[method] = answer
        offer(method)
    }

    func offer(_ method: String) {
        guard let stay else { return }
        do {
            try library.request(.register(method, me: stay.me.id))
        } catch {
            logger.error("a method cannot be offered", metadata: ["method": "\(method)", "error": "\(error)"])
        }
    }

    /// Calls a method of another participant and waits for what it answers.
    /// - Throws: ``RoomCallFailure`` when the other side or the way there says no, ``LiveKitError`` otherwise.
    package func call(
        _ method: String, _ payload: String, of identity: String, within limit: Duration = .seconds(15)
    ) async throws -> String {
        guard payload.utf8.count <= RoomRules.longestPayload else {
            throw LiveKitError(.tooLarge, "A call carries \(RoomRules.longestPayload) bytes, not \(payload.utf8.count).")
        }
        let milliseconds = Int(min(max(limit, .seconds(1)), .seconds(600)) / .milliseconds(1))
        let answer = try await library.call(
            .perform(method, payload, of: identity, milliseconds: milliseconds, me: try present()),
            within: .milliseconds(milliseconds) + .seconds(10))
        if answer.has(3) { throw RoomCallFailure(answer[3]) }
        return answer.string(2)
    }

    /// - Returns: whether a call that came is answered by us; otherwise it was refused.
    func admit(_ request: RoomCallRequest) -> Bool {
        guard let calls = stay?.calls else { return false }
        guard calls < limits.calls else {
            respond(.failure(RoomCallFailure(code: 1500, message: "Too many calls at the same time")), to: request)
            return false
        }
        stay?.calls += 1
        return true
    }

    func answer(_ request: RoomCallRequest) async {
        defer { stay?.calls -= 1 }
        guard let method = methods[request.method] else { return respond(.failure(.unsupportedMethod), to: request) }
        await withTaskGroup(of: Result<String, RoomCallFailure>.self) { group in
            group.addTask {
                do throws(RoomCallFailure) {
                    return .success(try await method(request.call))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                // Cancelled when there is an answer.
                _ = try? await Task.sleep(for: request.call.timeLeft)
                return .failure(.responseTimeout)
            }
            // Answered here, because a method that does not heed being cancelled keeps the group open.
            respond(await group.next() ?? .failure(.applicationError), to: request)
            group.cancelAll()
        }
    }

    private func respond(_ result: Result<String, RoomCallFailure>, to request: RoomCallRequest) {
        var result = result
        if case .success(let payload) = result, payload.utf8.count > RoomRules.longestPayload {
            result = .failure(.responsePayloadTooLarge)
        }
        if case .success = result { counter.add(\.callsAnswered) } else { counter.add(\.callsRefused) }
        do {
            try library.request(.respond(result, to: request.invocation, me: request.me))
        } catch {
            logger.warning("a call could not be answered", metadata: ["method": "\(request.method)", "error": "\(error)"])
        }
    }

    // MARK: Streams that come

    func open(_ head: StreamHead, isText: Bool, _ reader: LiveKitHandle?) {
        guard let reader, let stay, limits.topics?.contains(head.topic) ?? true else { return }
        guard stay.streams.count < limits.streams, head.length ?? 0 <= (isText ? limits.textBytes : limits.streamBytes) else {
            counter.add(\.dataDropped)
            continuation.yield(
                .streamFailed(
                    topic: head.topic, participant: head.participant, LiveKitError(.tooLarge, "A stream was too much.")))
            return
        }
        let collector = StreamCollector(head, isText: isText, limits: limits, inbox: stay.inbox)
        // Known before it is read: its pieces come at once.
        LiveKitRouter.add(collector, for: reader.id)
        guard let id = reader.consume() else { return }
        do {
            try library.request(.read(isText: isText, reader: id))
            self.stay?.streams[id] = collector
        } catch {
            LiveKitRouter.remove([id])
            logger.warning("a stream cannot be read", metadata: ["topic": "\(head.topic)", "error": "\(error)"])
        }
    }

    /// Gives up what nobody ends: streams, and a lost connection that is tried with a token that has ended.
    func watch() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            leaveWithoutToken()
            let now = MonotonicTime.now
            let over = (stay?.streams ?? [:]).filter { $0.value.isOver(at: now, limit: limits.streamTime) }.map(\.key)
            LiveKitRouter.remove(over)
            for reader in over { stay?.streams[reader] = nil }
        }
    }

    /// The library goes on with the token that it has until it has tried often enough; with another one we are sooner there.
    private func leaveWithoutToken() {
        guard let stay, stay.isInterrupted, let end = stay.tokenEnd, end <= Date.now else { return }
        do {
            // Nobody waits for it: there is no connection by which it could be told.
            try library.request(.disconnect(room: stay.room.id))
        } catch {
            logger.debug("a lost room could not be left", metadata: ["error": "\(error)"])
        }
        stay.inbox.take(.disconnected(.unknown))
    }

    // MARK: Answers

    /// The handle of ourselves in the room.
    private func present() throws(LiveKitError) -> UInt64 {
        guard let stay else { throw LiveKitError(.notConnected, "The room is not joined.") }
        return stay.me.id
    }

    /// Most answers say in field 2 why it was not done.
    func succeed(_ answer: WireReader) throws(LiveKitError) {
        let error = answer.string(2)
        if !error.isEmpty { throw LiveKitError(.refused, "The room refuses: \(error.prefix(500)).") }
    }
}
