import Logging
import Synchronization

/// LiveKit's own library, opened at run time. There is one in a process; asked for again with the same path it is the same.
///
/// The library aborts the whole process when it is asked for something that it does not expect, so every request is checked on this
/// side before it is made.
package final class LiveKitLibrary: Sendable {
    let path: String
    private let symbols: LiveKitSymbols
    private let handles = Atomic(0)
    private let lastCall = Atomic<UInt64>(1 << 32)

    /// - Throws: ``LiveKitError`` libraryMissing, libraryUnusable (damaged, not for this machine, a function is missing), invalid
    ///   (another library is open already).
    package static func load(path: String, logger: Logger) throws(LiveKitError) -> LiveKitLibrary {
        try LiveKitRouter.library(path: path, logger: logger)
    }

    /// For the router, which sees to it that there is only one.
    init(path: String) throws(LiveKitError) {
        self.path = path
        symbols = try LiveKitSymbols(path: path)
    }

    func initialize(_ callback: LiveKitSymbols.Callback) {
        symbols.initialize(callback)
    }

    /// Things of the library that are held and not yet given back.
    package var liveHandles: Int { handles.load(ordering: .relaxed) }

    func count(_ change: Int) {
        handles.add(change, ordering: .relaxed)
    }

    func drop(_ id: UInt64) {
        symbols.drop(id)
    }

    /// Takes over what a message says is ours; `nil` where there is nothing.
    /// - Parameter owned: a message whose field 1 is a handle, whose field 1 is its number.
    func own(_ owned: WireReader) -> LiveKitHandle? {
        let id = owned[1].number(1)
        return id == 0 ? nil : LiveKitHandle(taking: id, of: self)
    }

    /// Asks for something that is answered at once.
    @discardableResult
    func request(_ request: LiveKitRequest) throws(LiveKitError) -> WireReader {
        if let failure = LiveKitRouter.failure { throw failure }
        guard let bytes = symbols.request(request.bytes(callID: nil)) else { throw Self.refusal(of: request) }
        return Self.content(of: bytes)
    }

    /// Asks for something that takes time.
    /// - Parameter limit: how long the answer is waited for. What comes later is given back.
    /// - Throws: ``LiveKitError`` also when the answer is one, or the task is cancelled.
    func call(_ request: LiveKitRequest, within limit: Duration = .seconds(20)) async throws(LiveKitError) -> WireReader {
        if let failure = LiveKitRouter.failure { throw failure }
        // The number is ours, so that the answer cannot come before somebody waits for it. The library's own begin at 1.
        let id = lastCall.add(1, ordering: .relaxed).newValue
        let result = await withTaskGroup(of: Void.self, returning: Result<WireReader, LiveKitError>.self) { group in
            group.addTask {
                // Cancelled when the answer is there.
                guard (try? await Task.sleep(for: limit)) != nil else { return }
                LiveKitRouter.answer(id, .failure(LiveKitError(.timedOut, "The room did not answer: \(request.name).")))
            }
            defer { group.cancelAll() }
            return await answer(to: request, id)
        }
        return try result.get()
    }

    private func answer(to request: LiveKitRequest, _ id: UInt64) async -> Result<WireReader, LiveKitError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                guard LiveKitRouter.wait(for: id, waiter) else { return }
                if symbols.request(request.bytes(callID: id)) == nil {
                    LiveKitRouter.answer(id, .failure(Self.refusal(of: request)))
                }
                if Task.isCancelled { LiveKitRouter.answer(id, .failure(Self.cancelled)) }
            }
        } onCancel: {
            LiveKitRouter.answer(id, .failure(Self.cancelled))
        }
    }

    private static let cancelled = LiveKitError(.notConnected, "It was given up before the room answered.")

    private static func refusal(of request: LiveKitRequest) -> LiveKitError {
        LiveKitError(
            .refused, "LiveKit's library refuses to \(request.name).", advice: "With COMPANION_LOG_LEVEL=info the log says why.")
    }

    /// A response is one `oneof`, whose numbers are not always those of the request.
    private static func content(of response: [UInt8]) -> WireReader {
        let message = WireReader(response)
        return message.first.map { message[$0] } ?? message
    }
}
