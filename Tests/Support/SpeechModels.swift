import Foundation

/// The speech models that `make test` installs for the tests, in a folder of the build.
package enum SpeechModels {
    package static let folder = CloudStack.root.appending(path: ".build/models", directoryHint: .isDirectory)

    package struct Missing: Error, CustomStringConvertible {
        package let description = "the models of the tests are missing; run scripts/speech-models.sh once"
    }

    /// The folder, if everything is there.
    package static func ready() throws -> URL {
        for name in ["sherpa-onnx", "silero-vad", "moonshine-base-en", "micro-wake-word", "piper-joe", "livekit"] {
            let receipt = folder.appending(path: "\(name)/receipt.json").path
            guard FileManager.default.fileExists(atPath: receipt) else { throw Missing() }
        }
        return folder
    }
}
