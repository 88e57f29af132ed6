import Foundation

/// A small server under `Tests/Support/Peers`, which prints its port on its first line and lives until its input ends.
package final class PeerProcess: Sendable {
    package let port: Int
    private let process: ChildProcess

    /// Starts `Peers/<name>` with Python and waits for its port.
    package init(_ name: String, arguments: [String] = [], environment: [String: String] = [:]) async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Peers/\(name)")
        process = try ChildProcess(
            URL(filePath: "/usr/bin/env"), ["python3", script.path] + arguments, environment: environment)
        let line = await process.outputLines(atLeast: 1).first ?? ""
        guard let port = Int(line) else {
            process.closeInput()
            let said = await process.ended()
            throw PeerError(description: "\(name) printed '\(line)' instead of its port: \(said.errors)")
        }
        self.port = port
    }

    deinit {
        process.closeInput()
    }
}

package struct PeerError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}
