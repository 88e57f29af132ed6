import Foundation

/// A small server under `Tests/Support/Peers`, which prints its port on its first line and lives until its input ends.
package final class PeerProcess: @unchecked Sendable {
    package let port: Int
    // Set once in `init`, used in `deinit`: never by two threads at once.
    private let process: Process
    private let input: Pipe

    /// Starts `Peers/<name>` with Python and waits for its port.
    package init(_ name: String, arguments: [String] = []) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Peers/\(name)")
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path] + arguments
        input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty,
            byte[byte.startIndex] != UInt8(ascii: "\n")
        {
            line += byte
        }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else {
            throw PeerError(
                description: "\(name) did not start: it printed '\(String(decoding: line, as: UTF8.self))' instead of its port")
        }
        self.port = port
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

package struct PeerError: Error, CustomStringConvertible {
    package let description: String
}
