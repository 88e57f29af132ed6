import CSherpa

/// A network that is ready to work.
final class OnnxSession {
    struct Settings {
        /// Threads that work on it.
        var threads: Int32 = 1
        /// Whether its working memory is the arena of ``OnnxRuntime/shareArena()``.
        var sharesArena = false
    }

    let runtime: OnnxRuntime
    private let session: OpaquePointer
    private let model: MappedFile?
    private let inputs: OnnxNames
    private let outputs: OnnxNames
    private let count: (inputs: Int, outputs: Int)
    private let returning: OpaquePointer

    /// Reads a model from an `.onnx` file.
    convenience init(
        _ runtime: OnnxRuntime, reading path: String, inputs: [String], outputs: [String], settings: Settings = Settings()
    ) throws(LibraryError) {
        let options = try Self.options(runtime, settings)
        defer { runtime.functions.pointee.release_options(options) }
        var session: OpaquePointer?
        try runtime.check(runtime.functions.pointee.create_session(runtime.environment, path, options, &session))
        try self.init(runtime, session, nil, inputs, outputs)
    }

    /// Uses an `.ort` file where it lies: its weights are never copied, so the system can drop and read them again.
    convenience init(
        _ runtime: OnnxRuntime, mapping model: MappedFile, inputs: [String], outputs: [String], settings: Settings = Settings()
    ) throws(LibraryError) {
        let options = try Self.options(runtime, settings)
        defer { runtime.functions.pointee.release_options(options) }
        for key in ["session.use_ort_model_bytes_directly", "session.use_ort_model_bytes_for_initializers"] {
            try runtime.check(runtime.functions.pointee.set(options, key, "1"))
        }
        var session: OpaquePointer?
        try runtime.check(
            runtime.functions.pointee.create_session_from_memory(
                runtime.environment, model.bytes.baseAddress, model.bytes.count, options, &session))
        try self.init(runtime, session, model, inputs, outputs)
    }

    private init(
        _ runtime: OnnxRuntime, _ session: OpaquePointer?, _ model: MappedFile?, _ inputs: [String], _ outputs: [String]
    ) throws(LibraryError) {
        guard let session else { throw LibraryError(reason: "the model could not be read") }
        do throws(LibraryError) {
            returning = try Self.returningOptions(runtime)
        } catch {
            runtime.functions.pointee.release_session(session)
            throw error
        }
        (self.runtime, self.session, self.model) = (runtime, session, model)
        (self.inputs, self.outputs) = (OnnxNames(inputs), OnnxNames(outputs))
        count = (inputs.count, outputs.count)
    }

    deinit {
        runtime.functions.pointee.release_run_options(returning)
        runtime.functions.pointee.release_session(session)
    }

    private static func options(_ runtime: OnnxRuntime, _ settings: Settings) throws(LibraryError) -> OpaquePointer {
        let functions = runtime.functions.pointee
        var options: OpaquePointer?
        try runtime.check(functions.create_options(&options))
        guard let options else { throw LibraryError(reason: "there is no memory for it") }
        do throws(LibraryError) {
            try runtime.check(functions.set_intra_threads(options, settings.threads))
            try runtime.check(functions.set_inter_threads(options, 1))
            // Threads that wait by spinning take the processor from those who make the sound.
            try runtime.check(functions.set(options, "session.intra_op.allow_spinning", "0"))
            if settings.sharesArena {
                try runtime.check(functions.set(options, "session.use_env_allocators", "1"))
                // A plan of the memory is made for each length of sound anew, and kept.
                try runtime.check(functions.disable_memory_pattern(options))
            }
        } catch {
            functions.release_options(options)
            throw error
        }
        return options
    }

    private static func returningOptions(_ runtime: OnnxRuntime) throws(LibraryError) -> OpaquePointer {
        var options: OpaquePointer?
        try runtime.check(runtime.functions.pointee.create_run_options(&options))
        guard let options else { throw LibraryError(reason: "there is no memory for it") }
        do throws(LibraryError) {
            try runtime.check(runtime.functions.pointee.set_run(options, "memory.enable_memory_arena_shrinkage", "cpu:0"))
        } catch {
            runtime.functions.pointee.release_run_options(options)
            throw error
        }
        return options
    }

    /// Lets the network work.
    /// - Parameters:
    ///   - returnsMemory: what the arena does not need after it is given back; what other sessions left there as well.
    /// - Returns: the outputs, in the order of their names.
    func run(_ given: [OnnxTensor], returnsMemory: Bool = false) throws(LibraryError) -> [OnnxTensor] {
        var results = [OpaquePointer?](repeating: nil, count: count.outputs)
        try run(given.map(\.value), into: &results, returnsMemory: returnsMemory)
        var tensors: [OnnxTensor] = []
        for case let result? in results { tensors.append(OnnxTensor(result, of: runtime)) }
        guard tensors.count == count.outputs else { throw LibraryError(reason: "the model gave nothing") }
        return tensors
    }

    /// Lets the network work on memory of the caller's: nothing is allocated for tensors that are given as `results`.
    func run(_ given: [OpaquePointer?], into results: inout [OpaquePointer?], returnsMemory: Bool = false) throws(LibraryError) {
        precondition(given.count == count.inputs && results.count == count.outputs)
        let status = inputs.with { inputs in
            outputs.with { outputs in
                runtime.functions.pointee.run(
                    session, returnsMemory ? returning : nil, inputs, given, given.count, outputs, results.count, &results)
            }
        }
        try runtime.check(status)
    }

    /// The weights are read again when they are needed.
    func rest() { model?.rest() }
}
