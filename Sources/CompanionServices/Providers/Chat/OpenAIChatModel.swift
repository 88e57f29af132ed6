import Foundation
import LocalStore
import Networking

/// A model behind the chat interface that OpenAI made and llama.cpp, Ollama, vLLM and others speak too.
///
/// One request a call and no second try: what to do about a failure is decided where there is something else to try.
package struct OpenAIChatModel: LanguageModel {
    /// Longest answer to a refusal that is read, in bytes.
    private static let refusalLimit = 64 << 10
    /// Longest answer in one piece, in bytes.
    private static let wholeLimit = 1 << 20
    /// How long a server may take to close an answer that is over.
    private static let drainLimit = Duration.milliseconds(200)

    package let server: ModelServer
    let transport: any HTTPTransport
    private let connectTimeout: Duration

    /// `connectTimeout` is until there is a connection, TLS included.
    package init(server: ModelServer, transport: any HTTPTransport, connectTimeout: Duration = .seconds(5)) {
        self.server = server
        self.transport = transport
        self.connectTimeout = connectTimeout
    }

    package var name: String { server.model }

    package func answer(_ request: ChatRequest) -> AsyncThrowingStream<ChatEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await read(request) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: Task.isCancelled ? CancellationError() : error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func read(_ request: ChatRequest, _ give: (ChatEvent) -> Void) async throws(LanguageModelError) {
        var headers = [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "text/event-stream")]
        if let key = server.key { headers.append(HTTPHeader("Authorization", "Bearer \(key.reveal())")) }
        // Whoever asks for an answer has less patience than the idle time; it only keeps nothing open for ever.
        let asked = HTTPRequest(
            .post, "\(server.address)/chat/completions", headers: headers, body: Data(request.wire(for: server).text.utf8),
            connectTimeout: connectTimeout, totalTimeout: nil, idleTimeout: .seconds(60))
        let response: HTTPStreamingResponse
        do throws(HTTPError) {
            response = try await transport.stream(asked)
        } catch {
            throw .network(error)
        }
        guard response.head.status == 200 else {
            let said = (try? JSONValue(parsing: String(decoding: await Self.refusal(response), as: UTF8.self))) ?? .null
            throw ChatFailure(body: said).error(response.head, server: server, now: Date())
        }
        switch response.head.contentType {
        case "text/event-stream": try await readEvents(response, give)
        case "application/json": try await readWhole(response, give)
        case let type: throw .notTheService("it sends \(type ?? "no type") instead of an answer")
        }
    }

    private func readEvents(_ response: HTTPStreamingResponse, _ give: (ChatEvent) -> Void) async throws(LanguageModelError) {
        var parser = ServerSentEventParser()
        var decoder = ChatAnswerDecoder()
        var pieces = response.body.makeAsyncIterator()
        while let piece = try await next(&pieces) {
            let events: [ServerSentEvent]
            do {
                events = try parser.add(piece)
            } catch {
                throw .malformed("a line of it does not end")
            }
            for event in events {
                for part in try decoder.add(event.data) { give(part) }
            }
            if decoder.isOver { return await drain(pieces) }
        }
        for part in try decoder.end() { give(part) }
    }

    /// A server that does not stream.
    private func readWhole(_ response: HTTPStreamingResponse, _ give: (ChatEvent) -> Void) async throws(LanguageModelError) {
        var body = Data()
        var pieces = response.body.makeAsyncIterator()
        while let piece = try await next(&pieces) {
            body.append(piece)
            guard body.count <= Self.wholeLimit else { throw .malformed("it does not end") }
        }
        var decoder = ChatAnswerDecoder()
        for part in try decoder.add(String(decoding: body, as: UTF8.self)) { give(part) }
        for part in try decoder.end() { give(part) }
    }

    /// What a server says with a refusal. The status alone says what to do; the words are only for people.
    static func refusal(_ response: HTTPStreamingResponse) async -> Data {
        var body = Data()
        var pieces = response.body.makeAsyncIterator()
        while body.count < Self.refusalLimit, let piece = try? await pieces.next() { body.append(piece) }
        return body.prefix(Self.refusalLimit)
    }

    private func next(_ pieces: inout HTTPBodyStream.Iterator) async throws(LanguageModelError) -> Data? {
        do {
            return try await pieces.next()
        } catch let error as HTTPError {
            switch error {
            case .interrupted: throw .cut
            default: throw .network(error)
            }
        } catch {
            throw .cut
        }
    }

    /// Reads to the end of the body, because a connection on which something is left cannot carry the next request.
    private func drain(_ rest: HTTPBodyStream.Iterator) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var rest = rest
                // Nothing after the end of the answer matters, errors included.
                while (try? await rest.next()) != nil {}
            }
            group.addTask { try? await Task.sleep(for: Self.drainLimit) }
            await group.next()
            group.cancelAll()
        }
    }
}
