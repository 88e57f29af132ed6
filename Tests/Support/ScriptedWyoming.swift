import Foundation
import LocalStore
import Networking

/// A Wyoming server built on the protocol's own library, that does what a test tells it
/// (`Tests/Support/Peers/wyoming_server.py`).
package final class ScriptedWyoming: Sendable {
    private let process: ChildProcess
    private let transport: CurlTransport
    package let port: Int
    private let control: Int

    /// - Parameter socket: a path at which it listens as well.
    package init(socket: String? = nil) async throws {
        guard FileManager.default.isExecutableFile(atPath: CloudStack.python.path) else {
            throw PeerError(
                description: "the peers' Python packages are missing; run scripts/test.sh, or scripts/cloud-stack.sh once")
        }
        let script = CloudStack.root.appending(path: "Tests/Support/Peers/wyoming_server.py")
        process = try ChildProcess(CloudStack.python, [script.path] + (socket.map { [$0] } ?? []))
        let line = await process.outputLines(atLeast: 1).first ?? ""
        let ports = line.split(separator: " ").compactMap { Int($0) }
        guard ports.count == 2 else {
            process.closeInput()
            throw PeerError(description: "the Wyoming server printed '\(line)': \(await process.ended().errors)")
        }
        (port, control) = (ports[0], ports[1])
        transport = try CurlTransport()
    }

    deinit {
        process.closeInput()
    }

    /// As settings name it.
    package var address: String { "tcp://127.0.0.1:\(port)" }

    /// For the next exchanges: faults in turn (nil for none), and what is heard in turn.
    package func next(faults: [String?] = [], answers: [String] = []) async throws {
        try await call(
            "next",
            [
                "faults": .array(faults.map { $0.map(JSONValue.string) ?? .null }),
                "answers": .array(answers.map(JSONValue.string)),
            ])
    }

    /// Which languages its models say they know.
    package func know(_ languages: String...) async throws {
        try await call("info", ["languages": .array(languages.map(JSONValue.string))])
    }

    /// Tells every listening client that the wake word was heard.
    package func detect(_ name: String) async throws { try await call("detect", ["name": .string(name)]) }

    /// Cuts every connection, and each new one until it is said to be back.
    package func be(absent: Bool) async throws { try await call("absent", ["absent": .bool(absent)]) }

    /// Waits until so many events of a client have come.
    package func wait(for event: String, _ count: Int = 1) async throws {
        _ = try await transport.send(
            HTTPRequest(
                .get, "http://127.0.0.1:\(control)/_test/wait?event=\(event)&count=\(count)", totalTimeout: .seconds(240),
                idleTimeout: .seconds(240)))
    }

    /// What clients sent, but for sound.
    package func events(_ name: String) async throws -> [[String: JSONValue]] {
        (try await log()["events"]?.arrayValue ?? []).compactMap(\.arrayValue).filter { $0.first?.stringValue == name }
            .map { $0.last?.objectValue ?? [:] }
    }

    /// The last utterance that was heard, at 16 kHz.
    package func sound() async throws -> [Int16] {
        let data = try await log()["sound"]?.stringValue.flatMap { Data(base64Encoded: $0) } ?? Data()
        return stride(from: 0, to: data.count - 1, by: 2).map { Int16(bitPattern: UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8) }
    }

    private func log() async throws -> [String: JSONValue] {
        let response = try await transport.send(
            HTTPRequest(.get, "http://127.0.0.1:\(control)/_test/log", bodyLimit: 64 << 20))
        return try JSONValue(parsing: String(decoding: response.body, as: UTF8.self)).objectValue ?? [:]
    }

    private func call(_ name: String, _ body: JSONValue) async throws {
        let response = try await transport.send(
            HTTPRequest(
                .post, "http://127.0.0.1:\(control)/_test/\(name)", headers: [HTTPHeader("Content-Type", "application/json")],
                body: Data(body.text.utf8)))
        guard response.status == 200 else {
            throw PeerError(description: "the Wyoming server refused \(name): \(response.status)")
        }
    }
}
