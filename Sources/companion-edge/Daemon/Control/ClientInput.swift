import NIOCore
import Synchronization

/// Standard input of a command that runs in the daemon for somebody else: each read is a question to the client.
///
/// A read that is cancelled leaves its question with the client; the next read takes the answer, so no byte is lost.
final class ClientInput: CommandInput {
    private enum Question {
        case bytes
        case line
    }

    private enum Answer {
        case bytes([UInt8]?)
        case line(TypedLine)
        case failed(String)
    }

    private enum Step {
        case take(Answer)
        case ask
        case wait
    }

    private struct State {
        /// The question that the client has and has not answered.
        var asked: Question?
        /// An answer that came while nobody waited.
        var answer: Answer?
        var waiter: CheckedContinuation<Answer, any Error>?
        var clientLeft = false
    }

    private let state = Mutex(State())
    private let send: @Sendable (ServerMessage) async throws -> Void

    init(send: @escaping @Sendable (ServerMessage) async throws -> Void) {
        self.send = send
    }

    func read() async throws -> [UInt8]? {
        switch try await ask(.bytes, as: .read) {
        case .bytes(let bytes): return bytes
        case .failed(let reason): throw CommandFailure(.io, "Standard input cannot be read: \(reason)")
        case .line: throw ControlProtocolError.unexpected("a line")
        }
    }

    func line(prompt: String) async throws -> TypedLine { try await typed(.line(prompt: prompt)) }

    func secret(prompt: String) async throws -> TypedLine { try await typed(.secret(prompt: prompt)) }

    private func typed(_ question: ServerMessage) async throws -> TypedLine {
        switch try await ask(.line, as: question) {
        case .line(let line): return line
        case .failed(let reason): throw CommandFailure(.io, "The terminal cannot be read: \(reason)")
        case .bytes: throw ControlProtocolError.unexpected("input")
        }
    }

    func recall(_ lines: [String]) async throws {
        try await send(.recall(lines))
    }

    func interject(_ text: String) async throws {
        try await send(.interject(text))
    }

    /// Takes an answer of the client.
    func receive(_ message: ClientMessage) throws(ControlProtocolError) {
        let answer: Answer
        switch message {
        case .input(let bytes): answer = .bytes(bytes.map { Array(buffer: $0) })
        case .line(let line): answer = .line(line)
        case .inputFailed(let reason): answer = .failed(reason)
        case .hello: throw .unexpected("a second hello")
        case .signal: throw .unexpected("a signal as input")
        }
        let waiter: CheckedContinuation<Answer, any Error>? = try state.withLock { state throws(ControlProtocolError) in
            switch (state.asked, answer) {
            case (.bytes, .bytes), (.line, .line), (.some, .failed): state.asked = nil
            default: throw .unexpected("input that nobody asked for")
            }
            guard let waiter = state.waiter else {
                state.answer = answer
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: answer)
    }

    /// The client went away: every read from now on finds the end.
    func finish() {
        let (waiter, end) = state.withLock { state in
            state.clientLeft = true
            defer { state.waiter = nil }
            return (state.waiter, Self.end(of: state.asked))
        }
        waiter?.resume(returning: end)
    }

    private static func end(of question: Question?) -> Answer {
        question == .line ? .line(.end) : .bytes(nil)
    }

    private func ask(_ question: Question, as message: ServerMessage) async throws -> Answer {
        let step: Step = try state.withLock { state in
            if let answer = state.answer {
                state.answer = nil
                return .take(answer)
            }
            if state.clientLeft { return .take(Self.end(of: question)) }
            guard state.waiter == nil else { throw ControlProtocolError.unexpected("a second reader") }
            guard let asked = state.asked else {
                state.asked = question
                return .ask
            }
            guard asked == question else { throw ControlProtocolError.unexpected("another kind of read") }
            return .wait
        }
        switch step {
        case .take(let answer): return answer
        case .ask: try await send(message)
        case .wait: break
        }
        return try await answer(to: question)
    }

    /// Waits for the answer to a question that was put.
    private func answer(to question: Question) async throws -> Answer {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready: Result<Answer, any Error>? = state.withLock { state in
                    if let answer = state.answer {
                        state.answer = nil
                        return .success(answer)
                    }
                    if state.clientLeft { return .success(Self.end(of: question)) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiter = continuation
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }
}

/// Standard output or standard error of a command that runs in the daemon for somebody else. A client that reads slowly suspends
/// its own command and nobody else's.
struct ClientOutput: CommandOutput {
    enum Stream {
        case output
        case errors
    }

    let stream: Stream
    let send: @Sendable (ServerMessage) async throws -> Void

    func write(_ bytes: [UInt8]) async throws {
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = min(start + ControlProtocol.largestChunk, bytes.endIndex)
            let chunk = ByteBuffer(bytes: bytes[start..<end])
            try await send(stream == .output ? .output(chunk) : .errors(chunk))
            start = end
        }
    }
}
