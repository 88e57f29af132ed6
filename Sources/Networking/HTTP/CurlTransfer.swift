import CCurl
import Foundation

/// What a finished transfer reports.
struct TransferOutcome {
    let result: Result<Void, HTTPError>
    let newConnections: Int
    let bytesSent: Int64
    let bytesReceived: Int64
}

/// One request on its way through libcurl.
///
/// Made by a caller, then touched by the loop thread alone, from `start` to `finish`; that handing over is what makes the
/// unchecked conformance true.
final class CurlTransfer: @unchecked Sendable {
    enum Sink {
        case whole(CheckedContinuation<HTTPResponse, any Error>)
        case streaming(CheckedContinuation<HTTPStreamingResponse, any Error>, HTTPBodyBuffer)
    }

    let ticket: TransferTicket
    private let request: HTTPRequest
    private let options: CurlTransport.Options
    private var sink: Sink?
    private var buffer: HTTPBodyBuffer?
    private(set) var handle: UnsafeMutableRawPointer?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var head = HTTPHead(status: 0, headers: [])
    private var headers: [HTTPHeader] = []
    private var status = 0
    private var body = Data()
    private var received = 0
    private var refusal: HTTPError?

    init(ticket: TransferTicket, request: HTTPRequest, options: CurlTransport.Options, sink: Sink) {
        self.ticket = ticket
        self.request = request
        self.options = options
        self.sink = sink
        if case .streaming(_, let buffer) = sink { self.buffer = buffer }
    }

    /// Prepares `handle` for this request. The transfer must outlive its use of the handle.
    func start(on handle: UnsafeMutableRawPointer) -> HTTPError? {
        self.handle = handle
        guard let parts = URLComponents(string: request.url), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), parts.host?.isEmpty == false
        else { return .invalidRequest("'\(request.url.prefix(80))' is not an http or https address") }
        guard request.headers.allSatisfy({ !($0.name + $0.value).unicodeScalars.contains { $0.value < 0x20 } }) else {
            return .invalidRequest("a header holds a control character")
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_string(handle, CURLOPT_URL, request.url)
        ccurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        ccurl_set_pointer(handle, CURLOPT_PRIVATE, context)
        ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        // To wait for a connection that may turn out to carry several is only worth it where HTTP/2 can be spoken. Over plain
        // HTTP libcurl would wait, until the time-out, for a connection that broke before its first answer.
        ccurl_set_long(handle, CURLOPT_PIPEWAIT, scheme == "https" ? 1 : 0)
        ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        ccurl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        ccurl_set_long(handle, CURLOPT_MAXAGE_CONN, max(1, options.keepAlive.milliseconds / 1000))
        ccurl_set_long(handle, CURLOPT_DNS_CACHE_TIMEOUT, max(1, options.nameLifetime.milliseconds / 1000))
        ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
        ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, request.totalTimeout?.milliseconds ?? 0)
        ccurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
        ccurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, max(1, request.idleTimeout.milliseconds / 1000))
        ccurl_set_string(handle, CURLOPT_ACCEPT_ENCODING, "")
        ccurl_set_string(handle, CURLOPT_USERAGENT, options.userAgent)
        if let certificates = options.certificateAuthorities { ccurl_set_string(handle, CURLOPT_CAINFO, certificates) }
        if let proxy = options.proxy { ccurl_set_string(handle, CURLOPT_PROXY, proxy) }
        setMethodAndBody(handle)
        setHeaders(handle)
        ccurl_set_data_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.receive(Data(bytes: bytes, count: size * count))
        }
        ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        ccurl_set_data_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().receiveHeader(String(decoding: line, as: UTF8.self))
            return size * count
        }
        ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        return nil
    }

    private func setMethodAndBody(_ handle: UnsafeMutableRawPointer) {
        if request.method == .head {
            ccurl_set_long(handle, CURLOPT_NOBODY, 1)
        } else if request.body != nil || request.method == .post || request.method == .put || request.method == .patch {
            let body = request.body ?? Data()
            ccurl_set_long(handle, CURLOPT_POST, 1)
            ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            body.withUnsafeBytes { bytes in
                // libcurl copies it, so the buffer need not stay.
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                _ =
                    start.map { ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0) }
                    ?? ccurl_set_string(handle, CURLOPT_COPYPOSTFIELDS, "")
            }
            ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        } else {
            ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    private func setHeaders(_ handle: UnsafeMutableRawPointer) {
        // Without this an upload waits for a "100 Continue" that many servers send late or never.
        var list = curl_slist_append(nil, "Expect:")
        for header in request.headers {
            list = curl_slist_append(list, header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        headerList = list
        ccurl_set_list(handle, CURLOPT_HTTPHEADER, list)
    }

    private func receiveHeader(_ line: String) {
        let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.hasPrefix("HTTP/") {
            // A new head: the one before was interim, or a proxy's.
            headers = []
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers.append(HTTPHeader(String(text[..<colon]), value))
        } else if text.isEmpty, status >= 200 {
            head = HTTPHead(status: status, headers: headers)
            if case .streaming(let continuation, let buffer) = sink {
                sink = nil
                continuation.resume(returning: HTTPStreamingResponse(head: head, body: HTTPBodyStream(buffer: buffer)))
            }
        }
    }

    /// How many bytes were taken, or libcurl's mark for "paused".
    private func receive(_ piece: Data) -> Int {
        guard received + piece.count <= request.bodyLimit else {
            refusal = .bodyTooLarge(limit: request.bodyLimit)
            return 0
        }
        if let buffer {
            guard buffer.offer(piece) else { return Int(CURL_WRITEFUNC_PAUSE) }
        } else {
            body.append(piece)
        }
        received += piece.count
        return piece.count
    }

    /// Lets go of the handle and says how it went. `code` is libcurl's verdict, nil when the transfer never began.
    func settle(code: CURLcode?, orBecause error: HTTPError? = nil) -> TransferOutcome {
        let host = URLComponents(string: request.url)?.host ?? "the server"
        let failure = error ?? refusal ?? code.flatMap { HTTPError($0, host: host) }
        var connections = 0
        var sent: curl_off_t = 0
        if let handle {
            ccurl_get_long(handle, CURLINFO_NUM_CONNECTS, &connections)
            ccurl_get_offset(handle, CURLINFO_SIZE_UPLOAD_T, &sent)
        }
        if let headerList { curl_slist_free_all(headerList) }
        headerList = nil
        handle = nil
        return TransferOutcome(
            result: failure.map { .failure($0) } ?? .success(()), newConnections: connections, bytesSent: Int64(sent),
            bytesReceived: Int64(received))
    }

    /// Tells whoever waits.
    func report(_ result: Result<Void, HTTPError>) {
        switch (sink, result) {
        case (.whole(let continuation), .success): continuation.resume(returning: HTTPResponse(head: head, body: body))
        case (.whole(let continuation), .failure(let error)): continuation.resume(throwing: error)
        case (.streaming(let continuation, _), .failure(let error)): continuation.resume(throwing: error)
        case (.streaming(let continuation, _), .success):
            continuation.resume(throwing: HTTPError.interrupted("the answer ended before its head"))
        case (nil, _): buffer?.finish(result)
        }
        sink = nil
    }
}

extension Duration {
    /// Whole milliseconds, at least 1.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
