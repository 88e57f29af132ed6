import CLinux
import Foundation
import Synchronization

/// A connection that carries bytes both ways, to a TCP port or a Unix socket.
///
/// One thread a socket waits for bytes or for something to send. The connection ends with ``close()``, with the peer, or when the
/// last reference goes.
package final class StreamSocket: Sendable {
    /// What the peer sends, in pieces of any size, until the connection ends: normally with nothing, otherwise by throwing an
    /// ``HTTPError``. One reader.
    package let bytes: AsyncThrowingStream<Data, any Error>
    private let wire: Wire

    private init(bytes: AsyncThrowingStream<Data, any Error>, wire: Wire) {
        self.bytes = bytes
        self.wire = wire
    }

    deinit {
        wire.close()
    }

    package static func connect(
        to address: SocketAddress, timeout: Duration = .seconds(5)
    ) async throws(HTTPError) -> StreamSocket {
        let (bytes, feed) = AsyncThrowingStream<Data, any Error>.makeStream()
        do {
            let wire = try Wire(address, feed)
            try await wire.open(timeout)
            return StreamSocket(bytes: bytes, wire: wire)
        } catch {
            throw error as? HTTPError ?? .closed
        }
    }

    /// Queues bytes; they are sent in order. Throws when the connection has ended, or a peer that does not read has let too much
    /// pile up.
    package func send(_ data: Data) throws(HTTPError) { try wire.queue(data) }

    package func close() { wire.close() }
}

/// The thread behind a ``StreamSocket``.
private final class Wire: Sendable {
    /// Bytes that may wait for a peer to read them.
    private static let outboxLimit = 4 << 20

    private struct Outbox {
        var data = Data()
        var isClosing = false
        var isOpen = true
    }

    private let address: SocketAddress
    private let feed: AsyncThrowingStream<Data, any Error>.Continuation
    private let outbox = Mutex(Outbox())
    private let wake: Int32

    init(_ address: SocketAddress, _ feed: AsyncThrowingStream<Data, any Error>.Continuation) throws(HTTPError) {
        self.address = address
        self.feed = feed
        wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard wake >= 0 else { throw .other(code: Int(errno), "no event descriptor") }
    }

    deinit {
        Foundation.close(wake)
    }

    func open(_ timeout: Duration) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (opened: CheckedContinuation<Void, any Error>) in
                let thread = Thread { [self] in run(timeout, opened) }
                thread.name = "socket"
                thread.start()
            }
        } onCancel: {
            close()
        }
    }

    func queue(_ data: Data) throws(HTTPError) {
        let (isOpen, isFull) = outbox.withLock { outbox in
            guard outbox.isOpen, !outbox.isClosing else { return (false, false) }
            guard outbox.data.count + data.count <= Self.outboxLimit else { return (true, true) }
            outbox.data += data
            return (true, false)
        }
        guard isOpen else { throw .interrupted("\(address)") }
        guard !isFull else { throw .timedOut("\(address) does not read what it is sent") }
        eventfd_write(wake, 1)
    }

    func close() {
        outbox.withLock { $0.isClosing = true }
        eventfd_write(wake, 1)
    }

    private func run(_ timeout: Duration, _ opened: CheckedContinuation<Void, any Error>) {
        let socket: Int32
        do throws(HTTPError) {
            socket = try connect(by: .now + timeout)
            opened.resume()
        } catch {
            outbox.withLock { $0.isOpen = false }
            opened.resume(throwing: error)
            return feed.finish(throwing: error)
        }
        let end = converse(socket)
        outbox.withLock { $0.isOpen = false }
        Foundation.close(socket)
        feed.finish(throwing: end)
    }

    // MARK: Connecting

    private func connect(by deadline: ContinuousClock.Instant) throws(HTTPError) -> Int32 {
        var last = HTTPError.unreachable("\(address)")
        for target in try targets() {
            let socket = Foundation.socket(
                target.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            guard socket >= 0 else { continue }
            do throws(HTTPError) {
                try connect(socket, to: target, by: deadline)
                return socket
            } catch {
                Foundation.close(socket)
                last = error
                guard !outbox.withLock(\.isClosing) else { throw .closed }
            }
        }
        throw last
    }

    private func connect(_ socket: Int32, to target: Target, by deadline: ContinuousClock.Instant) throws(HTTPError) {
        let code = target.bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map {
                Foundation.connect(socket, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            } ?? -1
        }
        if code == 0 { return }
        guard errno == EINPROGRESS || errno == EAGAIN else {
            throw .unreachable("\(address): \(String(cString: strerror(errno)))")
        }
        while true {
            let left = deadline - .now
            guard left > .zero else { throw .timedOut("\(address)") }
            guard !outbox.withLock(\.isClosing) else { throw .closed }
            if wait(for: POLLOUT, on: socket, milliseconds: left.milliseconds) { break }
        }
        var problem: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size)
        guard problem == 0 else { throw .unreachable("\(address): \(String(cString: strerror(problem)))") }
    }

    private struct Target {
        let family: Int32
        /// As the kernel takes it.
        let bytes: [UInt8]
    }

    private func targets() throws(HTTPError) -> [Target] {
        switch address {
        case .unix(let path):
            var place = sockaddr_un()
            place.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            return [Target(family: AF_UNIX, bytes: withUnsafeBytes(of: place, Array.init))]
        case .tcp(let host, let port):
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            hints.ai_flags = AI_ADDRCONFIG
            var list: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, "\(port)", &hints, &list) == 0 else { throw .unresolved(host: host) }
            defer { freeaddrinfo(list) }
            var targets: [Target] = []
            var next = list
            while let entry = next?.pointee {
                let bytes = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
                targets.append(Target(family: entry.ai_family, bytes: Array(bytes)))
                next = entry.ai_next
            }
            return targets
        }
    }

    // MARK: Conversing

    /// Until the connection ends; why, if that was no proper end.
    private func converse(_ socket: Int32) -> HTTPError? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var rest = Data()[...]
        while true {
            let isClosing = outbox.withLock { outbox in
                if rest.isEmpty {
                    rest = outbox.data[...]
                    outbox.data = Data()
                }
                return outbox.isClosing
            }
            if !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count > 0 {
                    rest = rest.dropFirst(count)
                    continue
                }
                guard errno == EAGAIN || errno == EINTR else { return .interrupted("\(address)") }
            }
            // What was queued before the end is still sent, unless the peer does not take it.
            if isClosing { return nil }
            let count = recv(socket, &buffer, buffer.count, 0)
            if count == 0 { return rest.isEmpty ? nil : .interrupted("\(address) hung up") }
            if count > 0 {
                feed.yield(Data(buffer.prefix(count)))
                continue
            }
            guard errno == EAGAIN || errno == EINTR else { return .interrupted("\(address)") }
            wait(for: rest.isEmpty ? POLLIN : POLLIN | POLLOUT, on: socket, milliseconds: -1)
        }
    }

    /// Until the socket is ready or somebody wakes us; whether the socket is.
    @discardableResult
    private func wait(for events: Int32, on socket: Int32, milliseconds: Int) -> Bool {
        var descriptors = [
            pollfd(fd: socket, events: Int16(events), revents: 0), pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&descriptors, 2, Int32(clamping: milliseconds))
        var count: eventfd_t = 0
        if descriptors[1].revents != 0 { eventfd_read(wake, &count) }
        return ready > 0 && descriptors[0].revents != 0
    }
}
