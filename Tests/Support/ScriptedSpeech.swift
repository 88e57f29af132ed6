import Foundation
import LocalStore
import Networking

/// A server that speaks and hears as a test tells it (`Tests/Support/Peers/speech_server.py`): Uplift's WebSocket, and the speech
/// part of OpenAI's interface.
package final class ScriptedSpeech: Sendable {
    /// Hz of the tone that each of its voices is.
    package static let upliftTone = 440.0, openAITone = 660.0

    private let process: ChildProcess
    private let transport: CurlTransport
    package let port: Int

    /// With a `key`, requests without it are refused.
    package init(key: String? = nil) async throws {
        guard FileManager.default.isExecutableFile(atPath: CloudStack.python.path) else {
            throw PeerError(
                description: "the peers' Python packages are missing; run scripts/test.sh, or scripts/cloud-stack.sh once")
        }
        let script = CloudStack.root.appending(path: "Tests/Support/Peers/speech_server.py")
        process = try ChildProcess(CloudStack.python, [script.path, "0"] + (key.map { [$0] } ?? []))
        let line = await process.outputLines(atLeast: 1).first ?? ""
        guard let port = Int(line) else {
            process.closeInput()
            throw PeerError(description: "the speech server printed '\(line)': \(await process.ended().errors)")
        }
        self.port = port
        transport = try CurlTransport()
    }

    deinit {
        process.closeInput()
    }

    /// As settings name it: of OpenAI's interface, and of Uplift.
    package var address: String { "http://127.0.0.1:\(port)/v1" }
    package var upliftAddress: String { "ws://127.0.0.1:\(port)" }

    /// Seconds that its voices take for a text.
    package static func seconds(_ text: String) -> Double {
        text.split(whereSeparator: \.isWhitespace).reduce(0) { sum, word in
            sum + 0.065
                * Double(max(2, word.unicodeScalars.count { $0.properties.isAlphabetic || $0.properties.numericType != nil }) + 1)
                + 0.08
        }
    }

    /// For the next requests: faults in turn (nil for none), and what is heard in turn; for the next connections: faults.
    package func next(faults: [String?] = [], answers: [String] = [], connection: [String?] = []) async throws {
        func list(_ items: [String?]) -> JSONValue { .array(items.map { $0.map(JSONValue.string) ?? .null }) }
        try await call("next", ["faults": list(faults), "answers": list(answers), "connection": list(connection)])
    }

    /// For all requests after those of ``next(faults:answers:connection:)``; `delay` in seconds, `ping` in milliseconds.
    package func always(fault: String? = nil, answer: String? = nil, delay: Double = 0, ping: Int = 25_000) async throws {
        try await call(
            "always",
            [
                "fault": fault.map(JSONValue.string) ?? .null, "answer": answer.map(JSONValue.string) ?? .null,
                "delay": .double(delay), "ping": .int(Int64(ping)),
            ])
    }

    package struct Asked: Sendable {
        /// `uplift`, `speech` or `transcription`.
        package let kind: String
        package let body: [String: JSONValue]
        package let fault: String?
        package let authorization: String?

        /// What was to be spoken.
        package var text: String { (body["text"] ?? body["input"])?.stringValue ?? "" }
        /// What was to be heard, as a file.
        package var file: Data? {
            body["file"]?.objectValue?["data"]?.stringValue.flatMap { Data(base64Encoded: $0) }
        }
    }

    /// What was asked so far.
    package func asked() async throws -> [Asked] {
        (try await log()["requests"]?.arrayValue ?? []).compactMap(\.objectValue).map {
            Asked(
                kind: $0["kind"]?.stringValue ?? "", body: $0["body"]?.objectValue ?? [:], fault: $0["fault"]?.stringValue,
                authorization: $0["authorization"]?.stringValue)
        }
    }

    /// What clients of Uplift said, by name.
    package func events() async throws -> [String] {
        (try await log()["events"]?.arrayValue ?? []).compactMap { $0.objectValue?["name"]?.stringValue }
    }

    /// Connections to Uplift so far.
    package func connections() async throws -> Int { Int(try await log()["connections"]?.intValue ?? 0) }

    package func waitUntilAsked(_ count: Int = 1) async throws { try await wait("count=\(count)") }

    package func wait(for event: String, _ count: Int = 1) async throws { try await wait("event=\(event)&count=\(count)") }

    private func wait(_ query: String) async throws {
        _ = try await transport.send(
            HTTPRequest(
                .get, "http://127.0.0.1:\(port)/_test/wait?\(query)", totalTimeout: .seconds(240), idleTimeout: .seconds(240)))
    }

    private func log() async throws -> [String: JSONValue] {
        let response = try await transport.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/_test/log", bodyLimit: 64 << 20))
        return try JSONValue(parsing: String(decoding: response.body, as: UTF8.self)).objectValue ?? [:]
    }

    private func call(_ name: String, _ body: JSONValue) async throws {
        let response = try await transport.send(
            HTTPRequest(
                .post, "http://127.0.0.1:\(port)/_test/\(name)", headers: [HTTPHeader("Content-Type", "application/json")],
                body: Data(body.text.utf8)))
        guard response.status == 200 else {
            throw PeerError(description: "the speech server refused \(name): \(response.status)")
        }
    }
}
