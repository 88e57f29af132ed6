import CSherpa
import Foundation

/// The functions of sherpa-onnx, of the one version whose structs are declared in CSherpa.
struct SherpaLibrary {
    let functions: csherpa_functions
    private let library: LoadedLibrary

    init(_ model: InstalledModel) throws(LibraryError) {
        library = try LoadedLibrary(path: model.path("libsherpa-onnx-c-api.so"))
        var functions = csherpa_functions()
        if let missing = csherpa_find(library.handle, &functions) {
            throw LibraryError(reason: "sherpa-onnx has no function \(String(cString: missing))")
        }
        let version = functions.version().map { String(cString: $0) } ?? "unknown"
        guard version == CSHERPA_VERSION else {
            throw LibraryError(reason: "sherpa-onnx \(CSHERPA_VERSION) is needed, this is \(version)")
        }
        self.functions = functions
    }
}

/// Processors this process may use.
enum ProcessorCount {
    /// Those that it may run on, which may be fewer than the machine has.
    static var usable: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// How many threads one model may keep busy: something is left for the rest of the program. On two processors one thread is
    /// as fast as two that take turns on the same memory.
    static var forModels: Int32 { Int32(max(1, min(4, usable - 1))) }
}
