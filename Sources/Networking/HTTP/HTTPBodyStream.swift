import Foundation
import Synchronization

/// The pieces of a body, in order, with back-pressure: while more than ``highWater`` bytes wait to be read, the sender is paused.
package struct HTTPBodyStream: AsyncSequence, Sendable {
    package typealias Element = Data
    package typealias Failure = any Error

    static let highWater = 1 << 20

    let buffer: HTTPBodyBuffer

    package func makeAsyncIterator() -> Iterator {
        Iterator(owner: Owner(buffer))
    }

    package struct Iterator: AsyncIteratorProtocol {
        let owner: Owner

        package mutating func next() async throws -> Data? {
            try await owner.buffer.next()
        }
    }

    /// Ends the transfer when nobody reads any more.
    final class Owner: Sendable {
        let buffer: HTTPBodyBuffer

        init(_ buffer: HTTPBodyBuffer) {
            self.buffer = buffer
        }

        deinit {
            buffer.abandon()
        }
    }
}

/// Between the loop thread, which puts, and one reader.
final class HTTPBodyBuffer: Sendable {
    private struct State {
        var pieces: [Data] = []
        var bytes = 0
        var isPaused = false
        var end: Result<Void, HTTPError>?
        var reader: CheckedContinuation<Data?, any Error>?
    }

    private let state = Mutex(State())
    private let resume: @Sendable () -> Void
    private let cancel: @Sendable () -> Void

    /// - Parameters:
    ///   - resume: asks the loop to go on after a pause.
    ///   - cancel: asks the loop to give the transfer up.
    init(resume: @escaping @Sendable () -> Void, cancel: @escaping @Sendable () -> Void) {
        self.resume = resume
        self.cancel = cancel
    }

    /// Takes a piece, or refuses it for now: then the same piece must be offered again after `resume` was called.
    func offer(_ piece: Data) -> Bool {
        let (accepted, reader): (Bool, CheckedContinuation<Data?, any Error>?) = state.withLock { state in
            if let reader = state.reader {
                state.reader = nil
                return (true, reader)
            }
            guard state.bytes == 0 || state.bytes + piece.count <= HTTPBodyStream.highWater else {
                state.isPaused = true
                return (false, nil)
            }
            state.pieces.append(piece)
            state.bytes += piece.count
            return (true, nil)
        }
        reader?.resume(returning: piece)
        return accepted
    }

    func finish(_ result: Result<Void, HTTPError>) {
        let reader = state.withLock { state in
            guard state.end == nil else { return CheckedContinuation<Data?, any Error>?.none }
            state.end = result
            defer { state.reader = nil }
            return state.reader
        }
        switch result {
        case .success: reader?.resume(returning: nil)
        case .failure(let error): reader?.resume(throwing: error)
        }
    }

    func next() async throws -> Data? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                read(into: continuation)
            }
        } onCancel: {
            abandon()
        }
    }

    /// Nobody wants the rest.
    func abandon() {
        let (isRunning, reader) = state.withLock { state in
            defer { state.reader = nil }
            let isRunning = state.end == nil
            if isRunning { state.end = .failure(.closed) }
            return (isRunning, state.reader)
        }
        reader?.resume(throwing: CancellationError())
        if isRunning { cancel() }
    }

    private func read(into continuation: CheckedContinuation<Data?, any Error>) {
        enum Step {
            case piece(Data, mustResume: Bool)
            case ended(Result<Void, HTTPError>)
            case waiting
        }
        let step: Step = state.withLock { state in
            if !state.pieces.isEmpty {
                let piece = state.pieces.removeFirst()
                state.bytes -= piece.count
                let mustResume = state.isPaused && state.bytes <= HTTPBodyStream.highWater / 2
                if mustResume { state.isPaused = false }
                return .piece(piece, mustResume: mustResume)
            }
            if let end = state.end { return .ended(end) }
            state.reader = continuation
            return .waiting
        }
        switch step {
        case .piece(let piece, let mustResume):
            continuation.resume(returning: piece)
            if mustResume { resume() }
        case .ended(.success): continuation.resume(returning: nil)
        case .ended(.failure(let error)):
            if Task.isCancelled {
                continuation.resume(throwing: CancellationError())
            } else {
                continuation.resume(throwing: error)
            }
        case .waiting: break
        }
    }
}
