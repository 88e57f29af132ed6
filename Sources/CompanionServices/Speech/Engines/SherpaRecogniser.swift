import CSherpa
import Foundation

/// Moonshine in sherpa-onnx: turns a piece of sound into words at once. Belongs to one thread.
final class SherpaRecogniser {
    /// Samples a second.
    static let rate = 16_000
    /// The model needs some sound to work on at all; half a second.
    private static let least = 8_000

    private let library: SherpaLibrary
    private let handle: OpaquePointer

    init(engine: InstalledModel, model: InstalledModel) throws(LibraryError) {
        let library = try SherpaLibrary(engine)
        self.library = library
        let strings = CStrings()
        var config = csherpa_recogniser_config()
        config.sample_rate = Int32(Self.rate)
        config.feature_dim = 80
        config.moonshine_encoder = strings(model.path("encoder_model.ort"))
        config.moonshine_merged_decoder = strings(model.path("decoder_model_merged.ort"))
        config.tokens = strings(model.path("tokens.txt"))
        config.num_threads = SherpaLibrary.threads
        config.provider = strings("cpu")
        config.decoding_method = strings("greedy_search")
        let handle = withExtendedLifetime(strings) { library.functions.create_recogniser(&config) }
        guard let handle else { throw LibraryError(reason: "the model could not be read") }
        self.handle = handle
    }

    deinit {
        library.functions.destroy_recogniser(handle)
    }

    /// What is said in `samples`, -1…1; empty when nothing is.
    func words(in samples: [Float]) throws(LibraryError) -> String {
        guard samples.contains(where: { abs($0) > 0.0005 }) else { return "" }
        let functions = library.functions
        guard let stream = functions.create_stream(handle) else { throw LibraryError(reason: "there is no memory for it") }
        defer { functions.destroy_stream(stream) }
        let padded = samples + [Float](repeating: 0, count: max(0, Self.least - samples.count))
        padded.withUnsafeBufferPointer {
            functions.accept_waveform(stream, Int32(Self.rate), $0.baseAddress, Int32($0.count))
        }
        functions.decode(handle, stream)
        guard let result = functions.result(stream) else { throw LibraryError(reason: "the model gave nothing") }
        defer { functions.destroy_result(result) }
        guard let text = result.pointee.text else { return "" }
        return String(cString: text).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
