import AudioIO
import CSherpa
import Synchronization

/// Silero's network in onnxruntime: knows voices better than their loudness does, among noise above all.
package final class SileroVoiceModel: VoiceActivityModel {
    private let session: Mutex<SileroSession>

    /// Reads the model, 20 ms to 200 ms.
    package init(_ store: ModelStore) throws(RecognitionError) {
        let engine = try store.use(ModelCatalogue.sherpa)
        let model = try store.use(ModelCatalogue.silero)
        do {
            session = Mutex(try SileroSession(library: engine.path("libonnxruntime.so"), model: model.path("silero_vad.onnx")))
        } catch {
            throw .broken(package: model.name, reason: error.reason)
        }
    }

    package func probability(of window: [Int16]) throws -> Float {
        try session.withLock { (session) throws(RecognitionError) -> Float in
            do throws(LibraryError) {
                return try session.probability(of: window)
            } catch {
                throw .failed(error.reason)
            }
        }
    }

    package func reset() {
        session.withLock { $0.reset() }
    }
}

/// The network with what it remembers. All memory that it works in is its own and stays where it is.
private final class SileroSession {
    /// Samples of the window before that the network sees again.
    private static let context = 64
    private static let input = context + VoiceWindow.samples
    private static let memory = [2, 1, 128]

    private let session: OnnxSession
    /// Hold the memory of what follows.
    private let tensors: [OnnxTensor]
    private let samples: UnsafeMutableBufferPointer<Float>
    private let before: UnsafeMutableBufferPointer<Float>
    private let after: UnsafeMutableBufferPointer<Float>
    private let result: UnsafeMutableBufferPointer<Float>
    private let inputs: [OpaquePointer?]
    private var outputs: [OpaquePointer?]

    init(library path: String, model: String) throws(LibraryError) {
        let runtime = try OnnxRuntime(library: path)
        // One window is too small a work to be shared by threads.
        session = try OnnxSession(
            runtime, reading: model, inputs: ["input", "state", "sr"], outputs: ["output", "stateN"])
        func tensor(_ shape: [Int]) throws(LibraryError) -> OnnxTensor {
            try OnnxTensor([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape, of: runtime)
        }
        let (input, old, new) = (try tensor([1, Self.input]), try tensor(Self.memory), try tensor(Self.memory))
        let rate = try OnnxTensor([Int64(VoiceWindow.rate)], shape: [], of: runtime)
        let output = try tensor([1, 1])
        tensors = [input, old, rate, output, new]
        (samples, before) = (try input.numbers(Float.self), try old.numbers(Float.self))
        (result, after) = (try output.numbers(Float.self), try new.numbers(Float.self))
        inputs = [input.value, old.value, rate.value]
        outputs = [output.value, new.value]
    }

    func reset() {
        samples.update(repeating: 0)
        before.update(repeating: 0)
    }

    func probability(of window: [Int16]) throws(LibraryError) -> Float {
        guard window.count == VoiceWindow.samples else {
            throw LibraryError(reason: "a window has \(VoiceWindow.samples) samples, not \(window.count)")
        }
        for index in 0..<Self.context { samples[index] = samples[index + VoiceWindow.samples] }
        for (index, sample) in window.enumerated() { samples[Self.context + index] = Float(sample) / 32_768 }
        try session.run(inputs, into: &outputs)
        _ = before.update(fromContentsOf: after)
        return result[0]
    }
}
