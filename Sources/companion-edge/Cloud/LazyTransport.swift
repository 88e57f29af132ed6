import Networking
import Synchronization

/// A transport that is made when something is first asked of it: most commands ask nothing of a network, and setting libcurl up
/// costs more than what they do.
final class LazyTransport: HTTPTransport {
    private let options: CurlTransport.Options
    private let made = Mutex<CurlTransport?>(nil)

    init(options: CurlTransport.Options) {
        self.options = options
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await transport().send(request)
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStreamingResponse {
        try await transport().stream(request)
    }

    private func transport() throws(HTTPError) -> CurlTransport {
        try made.withLock { (made: inout CurlTransport?) throws(HTTPError) -> CurlTransport in
            if let made { return made }
            let transport = try CurlTransport(options: options)
            made = transport
            return transport
        }
    }
}
