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
    private static let memory = 2 * 128

    private let functions: UnsafePointer<conn_functions>
    private var environment: OpaquePointer?
    private var session: OpaquePointer?
    private var memoryInformation: OpaquePointer?
    private var inputs: [OpaquePointer?] = []
    private var outputs: [OpaquePointer?] = []

    private let samples = UnsafeMutablePointer<Float>.allocate(capacity: input)
    private let before = UnsafeMutablePointer<Float>.allocate(capacity: memory)
    private let after = UnsafeMutablePointer<Float>.allocate(capacity: memory)
    private let rate = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    private let result = UnsafeMutablePointer<Float>.allocate(capacity: 1)

    init(library path: String, model: String) throws(LibraryError) {
        let library = try LoadedLibrary(path: path)
        guard let functions = conn_find(library.handle) else { throw LibraryError(reason: "\(path) is not onnxruntime") }
        self.functions = functions
        rate.initialize(to: Int64(VoiceWindow.rate))
        result.initialize(to: 0)
        samples.initialize(repeating: 0, count: Self.input)
        before.initialize(repeating: 0, count: Self.memory)
        after.initialize(repeating: 0, count: Self.memory)
        try open(model)
    }

    deinit {
        let functions = functions.pointee
        for value in inputs + outputs { if let value { functions.release_value(value) } }
        if let session { functions.release_session(session) }
        if let memoryInformation { functions.release_memory(memoryInformation) }
        if let environment { functions.release_environment(environment) }
        for memory in [samples, before, after, result] { memory.deallocate() }
        rate.deallocate()
    }

    func reset() {
        samples.update(repeating: 0, count: Self.input)
        before.update(repeating: 0, count: Self.memory)
    }

    func probability(of window: [Int16]) throws(LibraryError) -> Float {
        guard window.count == VoiceWindow.samples else {
            throw LibraryError(reason: "a window has \(VoiceWindow.samples) samples, not \(window.count)")
        }
        samples.update(from: samples + VoiceWindow.samples, count: Self.context)
        for (index, sample) in window.enumerated() { samples[Self.context + index] = Float(sample) / 32_768 }
        try names(["input", "state", "sr"], ["output", "stateN"]) { given, wanted in
            functions.pointee.run(session, nil, given, inputs, inputs.count, wanted, outputs.count, &outputs)
        }
        before.update(from: after, count: Self.memory)
        return result.pointee
    }

    private func open(_ model: String) throws(LibraryError) {
        let functions = functions.pointee
        try check(functions.create_environment(Int32(CONN_ERROR), "voice", &environment))
        var options: OpaquePointer?
        try check(functions.create_options(&options))
        defer { functions.release_options(options) }
        // One window is too small a work to be shared.
        try check(functions.set_intra_threads(options, 1))
        try check(functions.set_inter_threads(options, 1))
        try check(functions.create_session(environment, model, options, &session))
        try check(functions.create_memory(Int32(CONN_ARENA), Int32(CONN_DEFAULT), &memoryInformation))
        inputs = [
            try tensor(samples, [1, Int64(Self.input)], CONN_FLOAT), try tensor(before, [2, 1, 128], CONN_FLOAT),
            try tensor(rate, [], CONN_INT64),
        ]
        outputs = [try tensor(result, [1, 1], CONN_FLOAT), try tensor(after, [2, 1, 128], CONN_FLOAT)]
    }

    /// A tensor whose values are in `memory`.
    private func tensor<Number>(
        _ memory: UnsafeMutablePointer<Number>, _ shape: [Int64], _ type: Int
    ) throws(LibraryError) -> OpaquePointer? {
        var value: OpaquePointer?
        let bytes = shape.reduce(1) { $0 * Int($1) } * MemoryLayout<Number>.stride
        try check(
            functions.pointee.create_tensor(memoryInformation, memory, bytes, shape, shape.count, Int32(type), &value))
        return value
    }

    private func names(
        _ given: [StaticString], _ wanted: [StaticString],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<UnsafePointer<CChar>?>?) -> OpaquePointer?
    ) throws(LibraryError) {
        func pointers(_ names: [StaticString]) -> [UnsafePointer<CChar>?] {
            names.map { UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self) }
        }
        let status = pointers(given).withUnsafeBufferPointer { given in
            pointers(wanted).withUnsafeBufferPointer { body(given.baseAddress, $0.baseAddress) }
        }
        try check(status)
    }

    private func check(_ status: OpaquePointer?) throws(LibraryError) {
        guard let status else { return }
        let reason = functions.pointee.message(status).map { String(cString: $0) } ?? "onnxruntime failed"
        functions.pointee.release_status(status)
        throw LibraryError(reason: String(reason.prefix(300)))
    }
}
