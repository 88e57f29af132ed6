import CompanionServices
import Foundation
import Synchronization

/// Writes to a descriptor that somebody else opened and closes.
final class FileDescriptorOutput: CommandOutput {
    private let descriptor: Int32
    private let thread: WorkThread

    init(_ descriptor: Int32, thread: WorkThread) {
        self.descriptor = descriptor
        self.thread = thread
    }

    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await thread.run { [descriptor] in
            try bytes.withUnsafeBytes { buffer in
                var written = 0
                while written < buffer.count {
                    let count = Foundation.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
                    if count >= 0 {
                        written += count
                    } else if errno == EAGAIN {
                        // Standard output may be a terminal that another program made non-blocking.
                        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        poll(&ready, 1, -1)
                    } else if errno != EINTR {
                        throw OutputClosed(code: errno)
                    }
                }
            }
        }
    }
}

/// Nobody can take what we write: a closed pipe, a full disk.
struct OutputClosed: Error, Sendable, Hashable, CustomStringConvertible {
    let code: Int32

    /// Whether the reader simply left (`… | head`), which is nobody's fault.
    var isClosedPipe: Bool { code == EPIPE }
    var description: String { "The output cannot be written: \(String(cString: strerror(code)))." }
}

/// Reads a descriptor that somebody else opened and closes, waking when the reading task is cancelled.
final class FileDescriptorReader: Sendable {
    private static let pieceSize = 65_536

    private let descriptor: Int32
    private let thread: WorkThread
    private let wakePipe: WakePipe
    private let isCancelled = Mutex(false)

    init(_ descriptor: Int32, thread: WorkThread) throws {
        self.descriptor = descriptor
        self.thread = thread
        wakePipe = try WakePipe()
    }

    /// The next bytes; `nil` at the end, or once a reading task was cancelled.
    func read() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await thread.run { try self.readBlocking() }
        } onCancel: {
            isCancelled.withLock { $0 = true }
            wakePipe.wake()
        }
    }

    private func readBlocking() throws -> [UInt8]? {
        while true {
            if isCancelled.withLock({ $0 }) { return nil }
            var ready = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakePipe.readEnd, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ready, 2, -1) >= 0 else {
                if errno == EINTR { continue }
                throw SystemCallError("poll")
            }
            guard ready[0].revents != 0 else { continue }
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, count in
                let result = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
                failure = result < 0 ? errno : 0
                count = max(0, result)
            }
            switch failure {
            case 0: return bytes.isEmpty ? nil : bytes
            case EINTR, EAGAIN: continue
            // A terminal that went away reads as an error.
            case EIO: return nil
            default: throw SystemCallError("read", code: failure)
            }
        }
    }
}
