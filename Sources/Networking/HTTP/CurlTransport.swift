import Foundation

/// HTTP over libcurl: connections are kept and shared, HTTP/2 where the server speaks it, certificates always verified.
///
/// At most ``Options/concurrentRequests`` run at once and the rest wait here: libcurl's own queue for this loses transfers
/// until their time-out (7.88 to 8.17).
package final class CurlTransport: HTTPTransport {
    package struct Options: Sendable {
        /// A PEM file of authorities to trust instead of the system's.
        package var certificateAuthorities: String?
        /// Overrides `https_proxy` and its like.
        package var proxy: String?
        package var userAgent: String
        package var concurrentRequests: Int
        /// How long a connection that nobody uses is kept.
        package var keepAlive: Duration
        /// How long the address of a name is remembered.
        package var nameLifetime: Duration

        package init(
            certificateAuthorities: String? = nil, proxy: String? = nil, userAgent: String = "companion-edge",
            concurrentRequests: Int = 8, keepAlive: Duration = .seconds(118), nameLifetime: Duration = .seconds(60)
        ) {
            self.certificateAuthorities = certificateAuthorities
            self.proxy = proxy
            self.userAgent = userAgent
            self.concurrentRequests = concurrentRequests
            self.keepAlive = keepAlive
            self.nameLifetime = nameLifetime
        }
    }

    private let loop: CurlLoop
    private let options: Options
    private let places: AsyncSemaphore

    package init(options: Options = Options()) throws(HTTPError) {
        loop = try CurlLoop()
        self.options = options
        places = AsyncSemaphore(places: max(1, options.concurrentRequests))
    }

    deinit {
        loop.close()
    }

    package var counters: TransportCounters { loop.counters }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        do {
            try await places.enter()
            defer { places.leave() }
            let ticket = loop.makeTicket()
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let transfer = CurlTransfer(ticket: ticket, request: request, options: options, sink: .whole(continuation))
                    if !loop.add(transfer) { continuation.resume(throwing: HTTPError.closed) }
                }
            } onCancel: {
                loop.cancel(ticket)
            }
        } catch {
            throw error as? HTTPError ?? .closed
        }
    }

    package func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStreamingResponse {
        let ticket = loop.makeTicket()
        let loop = loop
        let buffer = HTTPBodyBuffer(resume: { loop.resume(ticket) }, cancel: { loop.cancel(ticket) })
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let transfer = CurlTransfer(
                        ticket: ticket, request: request, options: options, sink: .streaming(continuation, buffer))
                    if !loop.add(transfer) { continuation.resume(throwing: HTTPError.closed) }
                }
            } onCancel: {
                loop.cancel(ticket)
            }
        } catch {
            throw error as? HTTPError ?? .closed
        }
    }
}
