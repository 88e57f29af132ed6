import Glibc

/// One address of one of this machine's interfaces, as far as it matters for being online.
struct NetworkInterface: Sendable, Hashable {
    let isRunning: Bool
    let isLoopback: Bool
    /// In network order: 4 or 16 bytes.
    let address: [UInt8]

    /// Whether packets to elsewhere may leave here. Addresses that a machine gives itself reach no router.
    var reachesOut: Bool {
        guard isRunning, !isLoopback else { return false }
        switch address.count {
        case 4: return !(address[0] == 169 && address[1] == 254) && address[0] != 127 && address != [0, 0, 0, 0]
        case 16:
            let isLinkLocal = address[0] == 0xFE && address[1] & 0xC0 == 0x80
            return !isLinkLocal && address.dropLast().contains { $0 != 0 }
        default: return false
        }
    }

    /// All addresses now; nil when the kernel does not tell, as in a sandbox without netlink.
    static func all() -> [NetworkInterface]? {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return nil }
        defer { freeifaddrs(first) }
        var result: [NetworkInterface] = []
        var next = first
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr else { continue }
            let flags = Int32(bitPattern: entry.pointee.ifa_flags)
            let bytes: [UInt8]
            switch Int32(address.pointee.sa_family) {
            case AF_INET:
                bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
                }
            case AF_INET6:
                bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
                }
            default: continue
            }
            result.append(
                NetworkInterface(
                    isRunning: flags & Int32(IFF_UP) != 0 && flags & Int32(IFF_RUNNING) != 0,
                    isLoopback: flags & Int32(IFF_LOOPBACK) != 0, address: bytes))
        }
        return result
    }
}
