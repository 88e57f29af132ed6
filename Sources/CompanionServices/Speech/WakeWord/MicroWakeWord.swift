import CWakeWord
import Synchronization

/// microWakeWord: small networks for single phrases, a tenth of a percent of a processor each.
package final class MicroWakeWord: WakeWordDetector {
    package let phrases: [String]
    private let listener: Mutex<Listener>

    /// - Parameter ids: which of the installed phrases; all when empty.
    package init(_ store: ModelStore, ids: [String] = []) throws(RecognitionError) {
        let package = try store.use(ModelCatalogue.wakeWord)
        let installed = WakeWordModel.installed(in: store)
        let chosen = ids.isEmpty ? installed : installed.filter { ids.contains($0.id) }
        if let unknown = ids.first(where: { id in !chosen.contains { $0.id == id } }) {
            let names = installed.map(\.id).joined(separator: ", ")
            throw .failed("there is no wake word '\(unknown)'; installed are: \(names)")
        }
        phrases = chosen.map(\.phrase)
        do {
            listener = Mutex(try Listener(package, chosen))
        } catch {
            throw .broken(package: package.name, reason: error.reason)
        }
    }

    package func accept(_ samples: [Int16]) throws -> WakeWord? {
        try listener.withLock { (listener) throws(RecognitionError) -> WakeWord? in
            do throws(LibraryError) {
                return try listener.accept(samples)
            } catch {
                throw .failed(error.reason)
            }
        }
    }

    package func reset() {
        listener.withLock { $0.reset() }
    }

    /// The sound analysis and the networks that look at it.
    private final class Listener {
        private let frontEnd: FrontEnd
        private let networks: [WakeWordNetwork]

        init(_ package: InstalledModel, _ models: [WakeWordModel]) throws(LibraryError) {
            frontEnd = try FrontEnd(package.path(WakeWordFrontEnd.library))
            let library = try LoadedLibrary(path: package.path("libtensorflowlite_c.so"))
            var functions = cwake_functions()
            if let missing = cwake_find(library.handle, &functions) {
                throw LibraryError(reason: "TensorFlow Lite has no function \(String(cString: missing))")
            }
            var networks: [WakeWordNetwork] = []
            for model in models { networks.append(try WakeWordNetwork(model, functions)) }
            self.networks = networks
        }

        func accept(_ samples: [Int16]) throws(LibraryError) -> WakeWord? {
            var heard: WakeWord?
            var failure: LibraryError?
            frontEnd.analyse(samples) { features in
                for network in networks where failure == nil {
                    do throws(LibraryError) {
                        if let word = try network.look(at: features), word.probability > heard?.probability ?? 0 { heard = word }
                    } catch {
                        failure = error
                    }
                }
            }
            if let failure { throw failure }
            return heard
        }

        func reset() {
            frontEnd.reset()
            for network in networks { network.reset() }
        }
    }
}

/// Turns each 10 ms of sound into forty numbers.
private final class FrontEnd {
    /// What one step of the analysis gives is so much of the networks' unit.
    static let scale: Float = 0.0390625

    private var functions = cwake_frontend()
    private let state: UnsafeMutableRawPointer

    init(_ path: String) throws(LibraryError) {
        let library = try LoadedLibrary(path: path)
        if let missing = cwake_find_frontend(library.handle, &functions) {
            throw LibraryError(reason: "the sound analysis has no function \(String(cString: missing))")
        }
        guard let state = functions.create() else { throw LibraryError(reason: "there is no memory for the sound analysis") }
        self.state = state
    }

    deinit {
        functions.destroy(state)
    }

    func reset() {
        functions.reset(state)
    }

    func analyse(_ samples: [Int16], _ body: (UnsafeBufferPointer<UInt16>) -> Void) {
        samples.withUnsafeBufferPointer { samples in
            guard var next = samples.baseAddress else { return }
            var left = samples.count
            while left > 0 {
                var read = 0
                var values: UnsafePointer<UInt16>?
                let count = functions.process(state, next, left, &read, &values)
                if count > 0 { body(UnsafeBufferPointer(start: values, count: count)) }
                guard read > 0 else { return }
                next += read
                left -= read
            }
        }
    }
}

/// The network of one phrase.
private final class WakeWordNetwork {
    /// Answers after a reset that say nothing yet: about a second.
    private static let pause = 33

    private let model: WakeWordModel
    private let functions: cwake_functions
    private let file: OpaquePointer
    private var interpreter: OpaquePointer?
    private var input: UnsafeMutablePointer<Int8>?
    private var output: OpaquePointer?
    private var quantisation: (input: cwake_quantisation, output: cwake_quantisation)
    private var isUnsigned: (input: Bool, output: Bool) = (false, false)
    /// Steps of sound that the network takes at once, and those that are there.
    private var stride = 0
    private var filled = 0
    private var probabilities: [Float] = []
    private var silence = WakeWordNetwork.pause
    /// Whether the phrase was heard and has not faded away: it is not heard again until it has.
    private var isHeard = false

    init(_ model: WakeWordModel, _ functions: cwake_functions) throws(LibraryError) {
        (self.model, self.functions) = (model, functions)
        quantisation = (cwake_quantisation(), cwake_quantisation())
        guard let file = functions.create_model(model.path) else { throw LibraryError(reason: "\(model.path) is not a model") }
        self.file = file
        try start()
    }

    deinit {
        if let interpreter { functions.delete_interpreter(interpreter) }
        functions.delete_model(file)
    }

    /// What a network remembers is inside it and goes only with it.
    func reset() {
        if let interpreter { functions.delete_interpreter(interpreter) }
        interpreter = nil
        // The same file gave one before. Should there be no memory for another, the next look says so.
        try? start()
    }

    private func start() throws(LibraryError) {
        (filled, probabilities, silence, isHeard) = (0, [], Self.pause, false)
        guard let interpreter = functions.create_interpreter(file, nil) else {
            throw LibraryError(reason: "there is no memory for it")
        }
        self.interpreter = interpreter
        guard functions.allocate_tensors(interpreter) == 0, let input = functions.input(interpreter, 0),
            let output = functions.output(interpreter, 0), let memory = functions.data(input)
        else { throw LibraryError(reason: "\(model.path) cannot be run") }
        stride = Int(functions.dimension(input, 1))
        let types = (functions.type(input), functions.type(output))
        let known = [Int32(CWAKE_UINT8), Int32(CWAKE_INT8)]
        guard stride > 0, functions.byte_size(input) == stride * 40, known.contains(types.0), known.contains(types.1) else {
            throw LibraryError(reason: "\(model.path) takes another kind of sound")
        }
        isUnsigned = (types.0 == Int32(CWAKE_UINT8), types.1 == Int32(CWAKE_UINT8))
        quantisation = (functions.quantisation(input), functions.quantisation(output))
        self.input = memory.assumingMemoryBound(to: Int8.self)
        self.output = output
    }

    func look(at features: UnsafeBufferPointer<UInt16>) throws(LibraryError) -> WakeWord? {
        guard let interpreter, let input, let output else { throw LibraryError(reason: "there is no memory for it") }
        guard features.count == 40 else { return nil }
        for (index, feature) in features.enumerated() {
            let value = Float(feature) * FrontEnd.scale / quantisation.input.scale + Float(quantisation.input.zero_point)
            input[filled * 40 + index] = quantised(value.rounded(.toNearestOrEven))
        }
        filled += 1
        guard filled == stride else { return nil }
        filled = 0
        guard functions.invoke(interpreter) == 0, let answer = functions.data(output) else {
            throw LibraryError(reason: "\(model.path) failed")
        }
        let byte = answer.load(as: UInt8.self)
        let raw = isUnsigned.output ? Float(byte) : Float(Int8(bitPattern: byte))
        probabilities.append((raw - Float(quantisation.output.zero_point)) * quantisation.output.scale)
        if probabilities.count > model.window { probabilities.removeFirst() }
        guard silence == 0 else {
            silence -= 1
            return nil
        }
        let mean = probabilities.reduce(0, +) / Float(model.window)
        guard probabilities.count == model.window else { return nil }
        if mean < model.cutoff / 4 { isHeard = false }
        guard mean > model.cutoff, !isHeard else { return nil }
        isHeard = true
        return WakeWord(phrase: model.phrase, probability: mean)
    }

    private func quantised(_ value: Float) -> Int8 {
        isUnsigned.input ? Int8(bitPattern: UInt8(max(0, min(255, value)))) : Int8(max(-128, min(127, value)))
    }
}
