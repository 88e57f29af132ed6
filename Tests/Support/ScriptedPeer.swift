import Foundation
import LocalStore
import Networking

/// A Python program under `Tests/Support/Peers` that prints its port on its first line, does what it is told over HTTP there, and
/// lives until its input ends.
package final class ScriptedPeer: Sendable {
    package let port: Int
    private let process: ChildProcess
    private let transport: CurlTransport
    private let name: String

    package init(_ name: String, arguments: [String] = []) async throws {
        guard FileManager.default.isExecutableFile(atPath: CloudStack.python.path) else {
            throw PeerError(
                description: "the peers' Python packages are missing; run scripts/test.sh, or scripts/cloud-stack.sh once")
        }
        self.name = name
        let script = CloudStack.root.appending(path: "Tests/Support/Peers/\(name)")
        process = try ChildProcess(CloudStack.python, [script.path] + arguments)
        let line = await process.outputLines(atLeast: 1).first ?? ""
        guard let port = Int(line) else {
            process.closeInput()
            throw PeerError(description: "\(name) printed '\(line)': \(await process.ended().errors)")
        }
        self.port = port
        transport = try CurlTransport()
    }

    deinit {
        process.closeInput()
    }

    package func send(signal: Int32) { process.send(signal: signal) }

    /// Ends it, unless that was done before. Nobody listens at its port when this returns.
    package func stop() async {
        process.closeInput()
        _ = await process.ended()
    }

    /// Kills it. Nobody listens at its port when this returns.
    package func kill() async {
        process.send(signal: SIGKILL)
        _ = await process.ended()
    }

    /// What it answers. It may take its time: what a test waits for, the test's own limit bounds.
    package func get(_ path: String, _ query: [String: String] = [:]) async throws -> Data {
        var components = URLComponents()
        components.path = path
        components.queryItems = query.sorted { $0.key < $1.key }.map { URLQueryItem(name: $0.key, value: $0.value) }
        // A plus sign means a space to whoever reads it.
        let text = (components.string ?? path).replacingOccurrences(of: "+", with: "%2B")
        return try await answer(
            to: HTTPRequest(.get, address + text, totalTimeout: patience, idleTimeout: patience, bodyLimit: 256 << 20))
    }

    @discardableResult
    package func post(_ path: String, _ body: JSONValue = [:]) async throws -> JSONValue {
        let data = try await answer(
            to: HTTPRequest(
                .post, address + path, headers: [HTTPHeader("Content-Type", "application/json")], body: Data(body.text.utf8),
                totalTimeout: patience, idleTimeout: patience))
        return try JSONValue(parsing: String(decoding: data, as: UTF8.self))
    }

    private var address: String { "http://127.0.0.1:\(port)" }
    private var patience: Duration { .seconds(600) }

    private func answer(to request: HTTPRequest) async throws -> Data {
        let response = try await transport.send(request)
        guard response.status == 200 else {
            let said = String(decoding: response.body, as: UTF8.self)
            throw PeerError(
                description: "\(name) answered \(request.url) with \(response.status): \(said) \(process.errorsSoFar)")
        }
        return response.body
    }
}
