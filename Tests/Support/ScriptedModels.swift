import Foundation
import LocalStore
import Networking

/// A server of language models that says what a test tells it (`Tests/Support/Peers/model_server.py`).
package final class ScriptedModels: Sendable {
    private let process: ChildProcess
    private let transport: CurlTransport
    package let port: Int

    /// With a `key`, requests without it are refused. Without a `port` it takes a free one.
    package init(key: String? = nil, port wanted: Int = 0) async throws {
        guard FileManager.default.isExecutableFile(atPath: CloudStack.python.path) else {
            throw PeerError(
                description: "the peers' Python packages are missing; run scripts/test.sh, or scripts/cloud-stack.sh once")
        }
        let script = CloudStack.root.appending(path: "Tests/Support/Peers/model_server.py")
        process = try ChildProcess(CloudStack.python, [script.path, String(wanted)] + (key.map { [$0] } ?? []))
        let line = await process.outputLines(atLeast: 1).first ?? ""
        guard let port = Int(line) else {
            process.closeInput()
            throw PeerError(description: "the model server printed '\(line)': \(await process.ended().errors)")
        }
        self.port = port
        transport = try CurlTransport()
    }

    deinit {
        process.closeInput()
    }

    /// Ends it. Nobody listens at its port when this returns.
    package func stop() async {
        process.closeInput()
        _ = await process.ended()
    }

    /// As settings name it.
    package var address: String { "http://127.0.0.1:\(port)/v1" }

    /// For the next requests: faults in turn (nil for none), and what is answered in turn.
    package func next(faults: [String?] = [], answers: [JSONValue] = []) async throws {
        try await call(
            "next", ["faults": .array(faults.map { $0.map(JSONValue.string) ?? .null }), "answers": .array(answers)])
    }

    /// For all requests after those of ``next(faults:answers:)``; `delay` is in seconds before the first word, `pace` after each.
    package func always(fault: String? = nil, answer: String? = nil, delay: Double = 0, pace: Double = 0) async throws {
        try await call(
            "always",
            [
                "fault": fault.map(JSONValue.string) ?? .null, "answer": answer.map(JSONValue.string) ?? .null,
                "delay": .double(delay), "pace": .double(pace),
            ])
    }

    /// A fault, by chance, in so large a share of the requests.
    package func trouble(seed: Int, share: Double) async throws {
        try await call("random", ["seed": .int(Int64(seed)), "share": .double(share)])
    }

    /// A question, as it arrived.
    package struct Asked: Sendable {
        package let body: JSONValue
        package let fault: String?
        package let authorization: String?

        /// What the device tells of the turn, and what the person said, in the last message that is the person's.
        package var turn: (told: String, said: String) {
            let parts = (messages.last { $0.role == "user" }?.text ?? "").components(separatedBy: "\n\nTHE PERSON SAYS\n")
            return parts.count == 2 ? (parts[0], parts[1]) : ("", parts.joined())
        }

        /// The texts of all messages.
        package var messages: [(role: String, text: String)] {
            (body.objectValue?["messages"]?.arrayValue ?? []).compactMap(\.objectValue).map {
                ($0["role"]?.stringValue ?? "", $0["content"]?.stringValue ?? "")
            }
        }
    }

    /// What was asked so far.
    package func asked() async throws -> [Asked] {
        (try await log()["requests"]?.arrayValue ?? []).compactMap(\.objectValue).map {
            Asked(
                body: $0["body"] ?? .null, fault: $0["fault"]?.stringValue, authorization: $0["authorization"]?.stringValue)
        }
    }

    /// Waits until so many questions have come.
    package func waitUntilAsked(_ count: Int = 1) async throws {
        _ = try await transport.send(
            HTTPRequest(
                .get, "http://127.0.0.1:\(port)/_test/wait?count=\(count)", totalTimeout: .seconds(240),
                idleTimeout: .seconds(240)))
    }

    /// How many connections carried questions.
    package func connections() async throws -> Int { Int(try await log()["connections"]?.intValue ?? 0) }

    /// Milliseconds that each streamed answer's first word took here, from the question's arrival.
    package func firsts() async throws -> [Double] {
        (try await log()["firsts"]?.arrayValue ?? []).compactMap(\.doubleValue)
    }

    /// How many texts each request for vectors had.
    package func embeddingRequests() async throws -> [Int] {
        (try await log()["embeddings"]?.arrayValue ?? []).compactMap { $0.intValue.map { Int($0) } }
    }

    /// The texts of each request for vectors.
    package func embeddedTexts() async throws -> [[String]] {
        (try await log()["embedded"]?.arrayValue ?? []).map { ($0.arrayValue ?? []).compactMap(\.stringValue) }
    }

    /// What texts for vectors are about from now on: those that have a word of a topic are near each other, whichever word it is.
    package func meanings(_ topics: [[String]]) async throws {
        try await call("meanings", ["topics": .array(topics.map { .array($0.map(JSONValue.string)) })])
    }

    private func log() async throws -> [String: JSONValue] {
        let response = try await transport.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/_test/log"))
        return try JSONValue(parsing: String(decoding: response.body, as: UTF8.self)).objectValue ?? [:]
    }

    private func call(_ name: String, _ body: JSONValue) async throws {
        let response = try await transport.send(
            HTTPRequest(
                .post, "http://127.0.0.1:\(port)/_test/\(name)", headers: [HTTPHeader("Content-Type", "application/json")],
                body: Data(body.text.utf8)))
        guard response.status == 200 else { throw PeerError(description: "the model server refused \(name): \(response.status)") }
    }
}
