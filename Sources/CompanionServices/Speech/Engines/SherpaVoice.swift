import CSherpa
import Foundation

/// A Piper voice in sherpa-onnx: turns phonemes into sound. Belongs to one thread.
final class SherpaVoice {
    let rate: Int
    private let library: SherpaLibrary
    private let handle: OpaquePointer

    init(engine: InstalledModel, model: InstalledModel) throws(LibraryError) {
        let library = try SherpaLibrary(engine)
        self.library = library
        let strings = CStrings()
        var config = csherpa_voice_config()
        config.model = strings(model.path("model.onnx"))
        config.tokens = strings(model.path("tokens.txt"))
        // What the voice was trained with.
        (config.noise_scale, config.noise_scale_w, config.length_scale) = (0.667, 0.8, 1)
        config.num_threads = ProcessorCount.forModels
        config.provider = strings("cpu")
        config.max_num_sentences = 1
        let handle = withExtendedLifetime(strings) { library.functions.create_voice(&config) }
        guard let handle else { throw LibraryError(reason: "the model could not be read") }
        self.handle = handle
        rate = Int(library.functions.sample_rate(handle))
    }

    deinit {
        library.functions.destroy_voice(handle)
    }

    /// - Parameter phonemes: in the International Phonetic Alphabet, as espeak-ng writes them.
    func speak(_ phonemes: String) throws(LibraryError) -> [Int16] {
        // The model knows letters and the marks on them one by one.
        let points = phonemes.decomposedStringWithCanonicalMapping.unicodeScalars.map { Int32($0.value) }
        let audio = points.withUnsafeBufferPointer { points in
            withUnsafePointer(to: Int32(points.count)) { count in
                var config = csherpa_generation_config()
                (config.speed, config.silence_scale, config.num_steps) = (1, 0.2, 5)
                config.phoneme_codepoints = points.baseAddress
                config.phoneme_codepoints_lens = count
                config.phoneme_codepoints_num_sentences = 1
                return library.functions.generate(handle, "", &config, nil, nil)
            }
        }
        guard let audio else { throw LibraryError(reason: "the model made no sound") }
        defer { library.functions.destroy_audio(audio) }
        guard let samples = audio.pointee.samples, audio.pointee.n > 0 else {
            throw LibraryError(reason: "the model made no sound")
        }
        return UnsafeBufferPointer(start: samples, count: Int(audio.pointee.n)).map { Int16(max(-1, min(1, $0)) * 32_767) }
    }
}
