import Foundation

/// llama.cpp's server with a real, very small language model (`Tests/Support/Peers/llama_server.py`). What it says is nothing to test
/// for; that and how it says it is.
package final class LocalModelServer: Sendable {
    /// As the server names it, and as `models install` does.
    package static let model = "smollm2-135m"

    private let peer: PeerProcess

    package init() async throws {
        for name in ["llama-server", Self.model] {
            let receipt = SpeechModels.folder.appending(path: "\(name)/receipt.json").path
            guard FileManager.default.fileExists(atPath: receipt) else { throw SpeechModels.Missing() }
        }
        peer = try await PeerProcess("llama_server.py", arguments: [SpeechModels.folder.path])
    }

    package var port: Int { peer.port }

    /// As settings name it.
    package var address: String { "http://127.0.0.1:\(port)/v1" }
}
