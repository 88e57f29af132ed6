/// Which hosts are at home: this machine, and addresses that no router passes on to the internet.
package enum HomeNetwork {
    /// `host` as it stands in an address, without brackets or port.
    package static func holds(_ host: String) -> Bool {
        let host = host.lowercased().trimmingPrefix("[").prefix { $0 != "]" && $0 != "%" }
        if isThisMachine(String(host)) { return true }
        // IPv6: unique local (fc00::/7, RFC 4193) and link local (fe80::/10).
        if host.contains(":") {
            return host.hasPrefix("fc") || host.hasPrefix("fd") || host.hasPrefix("fe8") || host.hasPrefix("fe9")
        }
        if let parts = octets(host) {
            // RFC 1918 and 3927.
            switch (parts[0], parts[1]) {
            case (10, _), (192, 168), (169, 254): return true
            case (172, 16...31): return true
            default: return false
            }
        }
        // Names that only a home's own router knows: RFC 6762, 8375, and what routers make of a bare name.
        return !host.contains(".") || [".local", ".lan", ".home", ".home.arpa", ".internal"].contains { host.hasSuffix($0) }
    }

    package static func isThisMachine(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host == "[::1]" { return true }
        return octets(host[...])?.first == 127
    }

    private static func octets(_ host: Substring) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        let whole = parts.compactMap(\.self)
        return whole.count == 4 ? whole : nil
    }
}
