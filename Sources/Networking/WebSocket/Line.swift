import CCurl
import CLinux
import Foundation
import Synchronization

/// The thread behind a ``CurlWebSocket``: the only one that touches the libcurl handle.
final class Line: Sendable {
    typealias Feed = AsyncThrowingStream<WebSocketMessage, any Error>.Continuation

    private struct Outbox {
        var frames: [WebSocketFrame] = []
        var closing: UInt16?
        var isOpen = true
    }

    private let outbox = Mutex(Outbox())
    private let feed: Feed
    private let messageLimit: Int
    /// Wakes the thread; closed by it.
    private let wake: Int32

    init(feed: Feed, messageLimit: Int) throws(WebSocketError) {
        self.feed = feed
        self.messageLimit = messageLimit
        wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard wake >= 0 else { throw .transport(.other(code: Int(errno), "no event descriptor")) }
    }

    deinit {
        Foundation.close(wake)
    }

    func open(_ address: WebSocketAddress, headers: [HTTPHeader], options: CurlTransport.Options, timeout: Duration) async throws
    {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (opened: CheckedContinuation<Void, any Error>) in
                let thread = Thread { [self] in
                    run(address, headers: headers, options: options, timeout: timeout, opened: opened)
                }
                thread.name = "websocket"
                thread.start()
            }
        } onCancel: {
            close(code: 1001)
        }
    }

    /// False when the connection has ended.
    func queue(_ frame: WebSocketFrame) -> Bool {
        let accepted = outbox.withLock { outbox in
            guard outbox.isOpen, outbox.closing == nil else { return false }
            outbox.frames.append(frame)
            return true
        }
        if accepted { eventfd_write(wake, 1) }
        return accepted
    }

    func close(code: UInt16) {
        outbox.withLock { if $0.closing == nil { $0.closing = code } }
        eventfd_write(wake, 1)
    }

    private func run(
        _ address: WebSocketAddress, headers: [HTTPHeader], options: CurlTransport.Options, timeout: Duration,
        opened: CheckedContinuation<Void, any Error>
    ) {
        guard let handle = curl_easy_init() else {
            opened.resume(throwing: WebSocketError.transport(.other(code: Int(CURLE_OUT_OF_MEMORY.rawValue), "no handle")))
            return
        }
        defer {
            outbox.withLock { $0.isOpen = false }
            curl_easy_cleanup(handle)
        }
        do {
            let socket = try connect(handle, address, options, timeout)
            let rest = try shakeHands(handle, socket, address, headers: headers, timeout: timeout)
            opened.resume()
            converse(handle, socket, first: rest)
        } catch {
            opened.resume(throwing: error)
            feed.finish(throwing: error)
        }
    }

    private func connect(
        _ handle: UnsafeMutableRawPointer, _ address: WebSocketAddress, _ options: CurlTransport.Options, _ timeout: Duration
    ) throws(WebSocketError) -> curl_socket_t {
        ccurl_set_string(handle, CURLOPT_URL, address.url)
        ccurl_set_long(handle, CURLOPT_CONNECT_ONLY, 1)
        ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout.milliseconds)
        if let certificates = options.certificateAuthorities { ccurl_set_string(handle, CURLOPT_CAINFO, certificates) }
        if let proxy = options.proxy { ccurl_set_string(handle, CURLOPT_PROXY, proxy) }
        if let error = HTTPError(curl_easy_perform(handle), host: address.host) { throw .transport(error) }
        var socket: curl_socket_t = -1
        ccurl_get_socket(handle, &socket)
        guard socket >= 0 else { throw .transport(.interrupted(address.host)) }
        return socket
    }

    private func shakeHands(
        _ handle: UnsafeMutableRawPointer, _ socket: curl_socket_t, _ address: WebSocketAddress, headers: [HTTPHeader],
        timeout: Duration
    ) throws(WebSocketError) -> Data {
        var generator = SystemRandomNumberGenerator()
        let handshake = WebSocketHandshake(using: &generator)
        let deadline = ContinuousClock.now + timeout
        guard send(handshake.request(path: address.path, host: address.host, headers: headers), handle, socket) else {
            throw .transport(.interrupted(address.host))
        }
        var received = Data()
        while true {
            if let rest = try handshake.accept(received) { return rest }
            guard let piece = receive(handle) else { throw .transport(.interrupted(address.host)) }
            received += piece
            guard outbox.withLock({ $0.closing == nil }) else { throw .transport(.closed) }
            let left = deadline - .now
            guard left > .zero else { throw .transport(.timedOut(address.host)) }
            if piece.isEmpty { wait(for: POLLIN, on: socket, milliseconds: left.milliseconds) }
        }
    }

    private func converse(_ handle: UnsafeMutableRawPointer, _ socket: curl_socket_t, first: Data) {
        var decoder = WebSocketDecoder(messageLimit: messageLimit)
        decoder.append(first)
        while true {
            do throws(WebSocketViolation) {
                while let frame = try decoder.next() {
                    guard take(frame, handle, socket) else { return }
                }
            } catch {
                _ = send(closeFrame(error.closeCode), handle, socket)
                feed.finish(throwing: WebSocketError.violation(error))
                return
            }
            let (frames, closing) = outbox.withLock { outbox in
                defer { outbox.frames = [] }
                return (outbox.frames, outbox.closing)
            }
            for frame in frames where !send(frame.encoded(maskKey: .random(in: 0 ... .max)), handle, socket) {
                feed.finish(throwing: WebSocketError.transport(.interrupted("sending")))
                return
            }
            if let closing {
                _ = send(closeFrame(closing), handle, socket)
                feed.finish()
                return
            }
            guard let piece = receive(handle) else {
                feed.finish(throwing: WebSocketError.transport(.interrupted("the server hung up")))
                return
            }
            if piece.isEmpty {
                wait(for: POLLIN, on: socket, milliseconds: -1)
            } else {
                decoder.append(piece)
            }
        }
    }

    /// False when this frame ends the connection.
    private func take(_ frame: WebSocketFrame, _ handle: UnsafeMutableRawPointer, _ socket: curl_socket_t) -> Bool {
        switch frame.opcode {
        case .text: feed.yield(.text(String(decoding: frame.payload, as: UTF8.self)))
        case .binary: feed.yield(.binary(frame.payload))
        case .ping: _ = send(WebSocketFrame(.pong, frame.payload).encoded(maskKey: .random(in: 0 ... .max)), handle, socket)
        case .pong, .continuation: break
        case .close:
            let code = frame.payload.count >= 2 ? frame.payload.prefix(2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) } : 1005
            _ = send(closeFrame(code == 1005 ? 1000 : code), handle, socket)
            if code == 1000 || code == 1001 {
                feed.finish()
            } else {
                let reason = String(decoding: frame.payload.dropFirst(2), as: UTF8.self)
                feed.finish(throwing: WebSocketError.closed(code: code, reason: reason))
            }
            return false
        }
        return true
    }

    private func closeFrame(_ code: UInt16) -> Data {
        let payload = Data([UInt8(code >> 8), UInt8(code & 0xFF)])
        return WebSocketFrame(.close, payload).encoded(maskKey: .random(in: 0 ... .max))
    }

    /// All of `data`, waiting while the socket is full; false when the connection broke or ten seconds passed without progress.
    private func send(_ data: Data, _ handle: UnsafeMutableRawPointer, _ socket: curl_socket_t) -> Bool {
        var rest = data[...]
        while !rest.isEmpty {
            var sent = 0
            let code = rest.withUnsafeBytes { curl_easy_send(handle, $0.baseAddress, $0.count, &sent) }
            if code == CURLE_AGAIN {
                guard wait(for: POLLOUT, on: socket, milliseconds: 10_000) else { return false }
            } else if code != CURLE_OK {
                return false
            }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// What has arrived, empty if nothing has; nil when the connection is gone.
    private func receive(_ handle: UnsafeMutableRawPointer) -> Data? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        switch curl_easy_recv(handle, &bytes, bytes.count, &count) {
        case CURLE_OK: return count == 0 ? nil : Data(bytes.prefix(count))
        case CURLE_AGAIN: return Data()
        default: return nil
        }
    }

    /// Until the socket is ready or somebody wakes us. False when neither happened in time.
    @discardableResult
    private func wait(for events: Int32, on socket: curl_socket_t, milliseconds: Int) -> Bool {
        var descriptors = [
            pollfd(fd: socket, events: Int16(events), revents: 0), pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&descriptors, 2, Int32(clamping: milliseconds))
        var count: eventfd_t = 0
        if descriptors[1].revents != 0 { eventfd_read(wake, &count) }
        return ready > 0
    }
}
