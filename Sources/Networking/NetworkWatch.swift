import CLinux
import Foundation
import Synchronization

/// Tells whether there is a network. A level and not an event: who missed a change reads the level and knows all there is.
package protocol NetworkWatching: Sendable {
    var isOnline: Bool { get }
    /// The level now, and again after each change; levels that nobody read in time are left out. Ends with its reader.
    func levels() -> AsyncStream<Bool>
}

/// For servers on this machine, and for those who want to try in any case.
package struct AlwaysOnline: NetworkWatching {
    package init() {}

    package var isOnline: Bool { true }

    package func levels() -> AsyncStream<Bool> {
        // Never ends by itself, like the watch it stands for.
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { $0.yield(true) }
    }
}

/// Watches the machine's addresses through the kernel's own notices; between two of them nothing runs.
///
/// "Online" is only that some interface has an address with which a router may be reached. Whether the project answers, a
/// request finds out. Where the kernel tells nothing, the level is "online": better to try in vain than never.
package final class NetworkWatch: NetworkWatching {
    private let state: SharedState

    package init() {
        let state = SharedState(isOnline: Self.level())
        self.state = state
        guard state.wake >= 0, let notices = Self.notices() else { return }
        // The level may have changed before the kernel was asked for notices.
        state.set(Self.level())
        let thread = Thread {
            Self.watch(notices, state)
            close(notices)
        }
        thread.name = "network-watch"
        thread.start()
    }

    deinit {
        state.end()
    }

    package var isOnline: Bool { state.isOnline }

    package func levels() -> AsyncStream<Bool> { state.levels() }

    private static func level() -> Bool {
        NetworkInterface.all()?.contains(where: \.reachesOut) ?? true
    }

    /// A socket on which the kernel reports changes of links and addresses.
    private static func notices() -> Int32? {
        let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), NETLINK_ROUTE)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        address.nl_groups = UInt32(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
            }
        }
        guard bound == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func watch(_ notices: Int32, _ state: SharedState) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while !state.hasEnded {
            var descriptors = [
                pollfd(fd: notices, events: Int16(POLLIN), revents: 0),
                pollfd(fd: state.wake, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&descriptors, 2, -1) >= 0 || errno == EINTR else { return }
            // What a notice says does not matter, and neither does one that was dropped: the level is read anew.
            while recv(notices, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
            if !state.hasEnded { state.set(level()) }
        }
    }

    private final class SharedState: Sendable {
        private struct Value {
            var isOnline: Bool
            var hasEnded = false
            var readers: [UUID: AsyncStream<Bool>.Continuation] = [:]
        }

        /// Wakes the thread; open as long as the thread or the watch may use it.
        let wake: Int32
        private let value: Mutex<Value>

        init(isOnline: Bool) {
            value = Mutex(Value(isOnline: isOnline))
            wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        }

        deinit {
            if wake >= 0 { close(wake) }
        }

        var isOnline: Bool { value.withLock { $0.isOnline } }
        var hasEnded: Bool { value.withLock { $0.hasEnded } }

        func set(_ isOnline: Bool) {
            let readers = value.withLock { value -> [AsyncStream<Bool>.Continuation] in
                guard value.isOnline != isOnline else { return [] }
                value.isOnline = isOnline
                return Array(value.readers.values)
            }
            for reader in readers { reader.yield(isOnline) }
        }

        func end() {
            let readers = value.withLock { value -> [AsyncStream<Bool>.Continuation] in
                value.hasEnded = true
                return Array(value.readers.values)
            }
            for reader in readers { reader.finish() }
            if wake >= 0 { eventfd_write(wake, 1) }
        }

        func levels() -> AsyncStream<Bool> {
            AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
                let id = UUID()
                continuation.onTermination = { [weak self] _ in
                    self?.value.withLock { _ = $0.readers.removeValue(forKey: id) }
                }
                let level = value.withLock { value in
                    value.readers[id] = continuation
                    return value.isOnline
                }
                continuation.yield(level)
            }
        }
    }
}
