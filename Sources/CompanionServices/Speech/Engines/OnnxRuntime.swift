import CSherpa

/// onnxruntime: runs neural networks. One for each thread that works with it; what belongs to it is in ``OnnxSession`` and
/// ``OnnxTensor``.
final class OnnxRuntime {
    /// The library's table of functions, which stays where it is.
    let functions: UnsafePointer<conn_functions>
    private(set) var environment: OpaquePointer?
    /// The processor's memory, in which tensors lie.
    private(set) var memory: OpaquePointer?

    init(library path: String) throws(LibraryError) {
        let library = try LoadedLibrary(path: path)
        guard let functions = conn_find(library.handle) else { throw LibraryError(reason: "\(path) is not onnxruntime") }
        self.functions = functions
        try check(functions.pointee.create_environment(Int32(CONN_ERROR), "voice", &environment))
        try check(functions.pointee.create_memory(Int32(CONN_ARENA), Int32(CONN_DEFAULT), &memory))
    }

    deinit {
        if let memory { functions.pointee.release_memory(memory) }
        if let environment { functions.pointee.release_environment(environment) }
    }

    /// Makes an arena that sessions can share, and that takes no more from the system than it is asked for, so that what is free
    /// can be given back (``OnnxSession/returnsMemory``). Otherwise each session has one that doubles and keeps all.
    func shareArena() throws(LibraryError) {
        var arena: OpaquePointer?
        let asRequested = 1
        try check(
            OnnxNames(["arena_extend_strategy"]).with { functions.pointee.create_arena($0, [asRequested], 1, &arena) })
        defer { functions.pointee.release_arena(arena) }
        guard let status = functions.pointee.register_arena(environment, memory, arena) else { return }
        // The library has one environment for the whole process: another owner may have made the arena already.
        guard functions.pointee.code(status) == CONN_INVALID_ARGUMENT else { return try check(status) }
        functions.pointee.release_status(status)
    }

    /// - Throws: what the library says went wrong.
    func check(_ status: OpaquePointer?) throws(LibraryError) {
        guard let status else { return }
        let reason = functions.pointee.message(status).map { String(cString: $0) } ?? "onnxruntime failed"
        functions.pointee.release_status(status)
        throw LibraryError(reason: String(reason.prefix(300)))
    }
}

/// Names as C wants them, for as long as this lives.
final class OnnxNames {
    private let strings = CStrings()
    private let pointers: [UnsafePointer<CChar>?]

    init(_ names: [String]) {
        pointers = names.map { [strings] in strings($0) }
    }

    func with<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
        pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
