import CCurl
import CLinux
import Foundation

/// Where a ``ByteConnection`` leads.
package enum ByteEndpoint: Sendable, Hashable {
    case tcp(host: String, port: Int, isEncrypted: Bool)
    /// A Unix socket in the file system.
    case local(path: String)

    /// As it may stand in a message.
    package var shown: String {
        switch self {
        case .tcp(let host, let port, _): "\(host):\(port)"
        case .local(let path): path
        }
    }
}

/// A connection for protocols that libcurl does not speak. It opens it, with its rules for names, certificates and time limits; the
/// bytes are the caller's.
///
/// Every call waits, at most until its deadline: for threads that may.
package struct ByteConnection: ~Copyable {
    private static let pieceSize = 65_536

    private let handle: UnsafeMutableRawPointer
    private let socket: curl_socket_t
    private let endpoint: ByteEndpoint

    /// - Parameter certificateAuthorities: a PEM file to trust instead of the system's.
    package init(
        to endpoint: ByteEndpoint, certificateAuthorities: String? = nil, within limit: Duration
    ) throws(HTTPError) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let handle = curl_easy_init() else {
            throw .other(code: Int(CURLE_FAILED_INIT.rawValue), "libcurl cannot be initialised")
        }
        switch endpoint {
        case .tcp(let host, let port, let isEncrypted):
            let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
            ccurl_set_string(handle, CURLOPT_URL, "\(isEncrypted ? "https" : "http")://\(name):\(port)")
        case .local(let path):
            ccurl_set_string(handle, CURLOPT_URL, "http://localhost")
            ccurl_set_string(handle, CURLOPT_UNIX_SOCKET_PATH, path)
        }
        ccurl_set_long(handle, CURLOPT_CONNECT_ONLY, 1)
        ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // The other side speaks no HTTP, and an HTTP proxy would not understand what follows.
        ccurl_set_long(handle, CURLOPT_SSL_ENABLE_ALPN, 0)
        ccurl_set_string(handle, CURLOPT_PROXY, "")
        ccurl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, limit.milliseconds)
        if let certificateAuthorities { ccurl_set_string(handle, CURLOPT_CAINFO, certificateAuthorities) }
        var socket: curl_socket_t = -1
        if let error = HTTPError(curl_easy_perform(handle), host: endpoint.shown) {
            curl_easy_cleanup(handle)
            throw error
        }
        ccurl_get_socket(handle, &socket)
        guard socket >= 0 else {
            curl_easy_cleanup(handle)
            throw .interrupted(endpoint.shown)
        }
        self.handle = handle
        self.socket = socket
        self.endpoint = endpoint
    }

    deinit {
        curl_easy_cleanup(handle)
    }

    /// Sends all of `bytes`.
    package func send(_ bytes: [UInt8], by deadline: ContinuousClock.Instant) throws(HTTPError) {
        var start = 0
        while start < bytes.count {
            var sent = 0
            let code = bytes.withUnsafeBytes {
                curl_easy_send(handle, $0.baseAddress?.advanced(by: start), $0.count - start, &sent)
            }
            if code == CURLE_AGAIN {
                try wait(for: POLLOUT, by: deadline)
            } else if let error = HTTPError(code, host: endpoint.shown) {
                throw error
            }
            start += sent
        }
    }

    /// What comes next, at least one byte.
    package func receive(by deadline: ContinuousClock.Instant) throws(HTTPError) -> [UInt8] {
        while true {
            var count = 0
            var code = CURLE_OK
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, filled in
                code = curl_easy_recv(handle, buffer.baseAddress, buffer.count, &count)
                filled = code == CURLE_OK ? count : 0
            }
            if code == CURLE_AGAIN {
                try wait(for: POLLIN, by: deadline)
                continue
            }
            if let error = HTTPError(code, host: endpoint.shown) { throw error }
            guard count > 0 else { throw .interrupted("\(endpoint.shown): the server hung up") }
            return bytes
        }
    }

    private func wait(for events: Int32, by deadline: ContinuousClock.Instant) throws(HTTPError) {
        let left = deadline - .now
        guard left > .zero else { throw .timedOut(endpoint.shown) }
        var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
        if poll(&descriptor, 1, Int32(clamping: left.milliseconds)) == 0 { throw .timedOut(endpoint.shown) }
    }
}
