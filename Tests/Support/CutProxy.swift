import Foundation
import Synchronization

/// A TCP proxy that cuts every connection after a given number of bytes, counted over both directions together.
///
/// Bytes are passed on one piece at a time, and exactly up to the cut; then both sides see a reset. Until it is healed, new
/// connections are reset as well.
package final class CutProxy: Sendable {
    package let port: Int
    private let listener: Int32
    private let target: UInt16
    private let state = Mutex(State())

    private struct State {
        var passed = 0
        /// Nil: everything passes.
        var limit: Int?
        var connections: Set<Int32> = []
    }

    /// - Parameter target: a port of this machine.
    package init(to target: Int) throws {
        self.target = UInt16(target)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, raw, &length) == 0
            }
        }
        guard listener >= 0, bound else {
            throw PeerError(description: "no port for the proxy: \(String(cString: strerror(errno)))")
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [weak self, listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                guard let self else {
                    close(client)
                    break
                }
                self.serve(client)
            }
            // Only here: closed elsewhere, its number could be somebody else's listener when this thread comes to ask it again.
            close(listener)
        }
        thread.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Bytes passed on since the last ``cut(after:)`` or ``heal()``.
    package var passed: Int { state.withLock { $0.passed } }

    /// From now on, passes `bytes` bytes and then cuts.
    package func cut(after bytes: Int) {
        state.withLock { state in
            state.passed = 0
            state.limit = bytes
        }
        if bytes == 0 { dropAll() }
    }

    /// From now on, passes everything.
    package func heal() {
        state.withLock { state in
            state.passed = 0
            state.limit = nil
        }
    }

    /// Cuts the connections there are; new ones pass.
    package func dropAll() {
        // Under the lock, so that none of the numbers can have been closed and given to somebody else.
        state.withLock { state in
            for descriptor in state.connections { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ client: Int32) {
        guard !state.withLock({ state in state.limit.map { state.passed >= $0 } ?? false }), let server = connected() else {
            Self.reset(client)
            return
        }
        state.withLock { $0.connections.formUnion([client, server]) }
        let pumps = Mutex(2)
        let finish: @Sendable () -> Void = { [self] in
            let isLast = pumps.withLock { pumps in
                pumps -= 1
                return pumps == 0
            }
            guard isLast else { return }
            state.withLock { state in
                state.connections.subtract([client, server])
                Self.reset(client)
                Self.reset(server)
            }
        }
        for (from, to) in [(client, server), (server, client)] {
            Thread { [self] in
                pump(from, to)
                // The other direction ends with this one: HTTP has no use for half a connection.
                shutdown(from, Int32(SHUT_RDWR))
                shutdown(to, Int32(SHUT_RDWR))
                finish()
            }.start()
        }
    }

    private func pump(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(from, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            let (allowed, isCut) = state.withLock { state -> (Int, Bool) in
                let allowed = state.limit.map { min(count, max(0, $0 - state.passed)) } ?? count
                state.passed += allowed
                return (allowed, state.limit.map { state.passed >= $0 } ?? false)
            }
            var sent = 0
            while sent < allowed {
                let written = buffer.withUnsafeBytes { bytes in
                    send(to, bytes.baseAddress?.advanced(by: sent), allowed - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { return }
                sent += written
            }
            if isCut {
                dropAll()
                return
            }
        }
    }

    private func connected() -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(target)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                connect(descriptor, raw, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// Closes with a reset instead of a goodbye.
    private static func reset(_ descriptor: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }
}
