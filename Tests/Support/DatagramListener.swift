import Foundation
import Glibc
import Synchronization

/// The receiving end of systemd's notify socket.
///
/// A thread of its own takes messages off the socket as they come: the kernel keeps about ten, and what is sent to a full socket is
/// lost. Waiting has no limit in time; it ends when a message comes or when no more can come.
package final class DatagramListener: Sendable {
    package struct Failure: Error {
        package let call: String
        package let code: Int32
    }

    /// Whoever was listened to is gone, and everything it said has been given out.
    package struct NothingMore: Error {}

    /// Its number is somebody else's once it was closed, so that nothing may be asked of it then.
    private final class Socket: Sendable {
        let descriptor: Int32
        private let isOpen = Mutex(true)

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
        }

        deinit {
            close()
        }

        func end() {
            isOpen.withLock { if $0 { _ = shutdown(descriptor, Int32(SHUT_RDWR)) } }
        }

        func close() {
            isOpen.withLock { isOpen in
                if isOpen { Glibc.close(descriptor) }
                isOpen = false
            }
        }
    }

    private let socket: Socket
    private let messages: AsyncStream<String>
    private let incoming: AsyncStream<String>.Continuation

    /// `path` as in `NOTIFY_SOCKET`: absolute, or `@name`. Without `reads` the kernel's queue fills up until ``read()``.
    package init(path: String, reads: Bool = true) throws {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        var bytes = Array(path.utf8)
        let isAbstract = bytes.first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
        let bound = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else {
            let failure = Failure(call: "bind", code: errno)
            close(descriptor)
            throw failure
        }
        socket = Socket(descriptor)
        (messages, incoming) = AsyncStream.makeStream(of: String.self)
        if reads { read() }
    }

    deinit {
        end()
    }

    /// Takes messages off the socket from now on. To be called once.
    package func read() {
        Thread.detachNewThread { [socket, incoming] in Self.receive(from: socket, into: incoming) }
    }

    /// Takes no more messages once `process` has ended: what it said before is still given out.
    package func follow(_ process: ChildProcess) {
        Task {
            _ = await process.ended()
            end()
        }
    }

    /// The next message.
    package func next() async throws -> String {
        var messages = messages.makeAsyncIterator()
        guard let message = await messages.next() else { throw NothingMore() }
        return message
    }

    /// The reading thread sees what the kernel still has, then the end.
    private func end() {
        socket.end()
    }

    private static func receive(from socket: Socket, into incoming: AsyncStream<String>.Continuation) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket.descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            incoming.yield(String(decoding: buffer[..<count], as: UTF8.self))
        }
        socket.close()
        incoming.finish()
    }
}
